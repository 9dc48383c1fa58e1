import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameReader, FrameTooLong, frame, MAX_FRAME_BYTES } from './frames.ts';

test('frames are the same in whatever pieces they arrive', () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  fc.assert(
    fc.property(contents, cuts, (sent, sizes) => {
      const bytes = Buffer.concat(sent.map(frame));
      const reader = new FrameReader();
      const read: Buffer[] = [];
      for (let at = 0, cut = 0; at < bytes.length; cut++) {
        const size = sizes[cut % sizes.length]!;
        read.push(...reader.read(bytes.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(read, sent.map(Buffer.from));
    }),
  );
});

test('a frame that is longer than any is refused before it has come', () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(MAX_FRAME_BYTES + 1);
  assert.throws(() => [...new FrameReader().read(head)], FrameTooLong);
});
