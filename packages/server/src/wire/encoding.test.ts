import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeAnswer, encodeError } from './encoding.ts';

const requestId = '4B450CA1-36E8-4AA2-8461-86B42BF4CC4E';
const declaration = "<?xml version='1.0' encoding='UTF-8'?>";

function xml(answer: Record<string, unknown>): string {
  const { body } = encodeAnswer('XML', 'GetThing', requestId, answer);
  const inner =
    /^<\?xml version='1\.0' encoding='UTF-8'\?><GetThingResponse>(.*)<RequestId>[-\w]+<\/RequestId><\/GetThingResponse>$/s;
  return inner.exec(body)?.[1] ?? assert.fail(`not wrapped as expected: ${body}`);
}

describe('an answer in JSON', () => {
  it('has the fields of the operation and the request id', () => {
    const { contentType, body } = encodeAnswer('JSON', 'GetUser', requestId, {
      User: { UserName: 'alice', Age: 3 },
    });
    assert.equal(contentType, 'application/json;charset=utf-8');
    assert.deepEqual(JSON.parse(body), { RequestId: requestId, User: { UserName: 'alice', Age: 3 } });
  });

  it('leaves out what is undefined and keeps empty lists', () => {
    const { body } = encodeAnswer('JSON', 'ListUsers', requestId, { Marker: undefined, Users: { User: [] } });
    assert.deepEqual(JSON.parse(body), { RequestId: requestId, Users: { User: [] } });
  });

  it('cannot be given another request id by an operation', () => {
    const { body } = encodeAnswer('JSON', 'GetUser', requestId, { RequestId: 'other' });
    assert.deepEqual(JSON.parse(body), { RequestId: requestId });
  });
});

describe('an answer in XML', () => {
  it('has the content type that Alibaba SDKs compare letter by letter', () => {
    assert.equal(encodeAnswer('XML', 'GetUser', requestId, {}).contentType, 'text/xml;charset=utf-8');
  });

  it('is rooted in the name of the operation', () => {
    assert.equal(
      encodeAnswer('XML', 'GetUser', requestId, { User: { UserName: 'alice' } }).body,
      `${declaration}<GetUserResponse><User><UserName>alice</UserName></User><RequestId>${requestId}</RequestId></GetUserResponse>`,
    );
  });

  it('repeats the element for each item of a list', () => {
    const users = { Users: { User: [{ UserName: 'a' }, { UserName: 'b' }] } };
    assert.equal(
      xml(users),
      '<Users><User><UserName>a</UserName></User><User><UserName>b</UserName></User></Users>',
    );
  });

  it('keeps the wrapper of an empty list', () => {
    assert.equal(xml({ Users: { User: [] } }), '<Users></Users>');
  });

  it('writes numbers and booleans as their words and leaves out what is undefined', () => {
    assert.equal(xml({ A: 3, B: false, C: undefined, D: null, E: '' }), '<A>3</A><B>false</B><D></D><E></E>');
  });

  it('escapes markup and keeps carriage returns', () => {
    assert.equal(xml({ A: '<b>&]]>\r\n\t"\'' }), '<A>&lt;b&gt;&amp;]]&gt;&#13;\n\t"\'</A>');
  });

  it('replaces what XML 1.0 cannot carry', () => {
    assert.equal(xml({ A: 'a\0\x08\x0b\x0c\x1f\ufffe\uffff\ud800z😀' }), `<A>a${'\ufffd'.repeat(8)}z😀</A>`);
  });

  it('makes names of a sender harmless', () => {
    assert.equal(
      xml({ 'a><b': '1', '1': '2', '': '3', 'ACS::RAM::User': '4' }),
      '<_1>2</_1><a__b>1</a__b><_>3</_><ACS::RAM::User>4</ACS::RAM::User>',
    );
  });

  it('gives any well-formed text back to an XML reader', () => {
    const readable = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => !/[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text));
    fc.assert(
      fc.property(readable, (text) => {
        const inner = xml({ A: text }).slice('<A>'.length, -'</A>'.length);
        assert.doesNotMatch(inner, /[<>]|&(?!(amp|lt|gt|#13);)/);
        const references: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#13;': '\r' };
        assert.equal(
          inner.replace(/&[^;]+;/g, (reference) => references[reference]!),
          text,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('an answer in either format', () => {
  for (const format of ['JSON', 'XML'] as const) {
    it(`never has a field Code at its top, in ${format}`, () => {
      assert.throws(() => encodeAnswer(format, 'GetUser', requestId, { Code: 'x' }), TypeError);
    });

    it(`refuses values that would come out differently, in ${format}`, () => {
      for (const value of [new Date(0), new Map([['a', 1]]), 1n]) {
        assert.throws(() => encodeAnswer(format, 'GetUser', requestId, { A: [value] }), TypeError);
      }
    });
  }
});

describe('a refusal', () => {
  const fields = {
    requestId,
    hostId: 'ims.aliyuncs.com',
    code: 'NoPermission',
    message: 'You are not <authorized>.',
    product: 'Ims',
  };

  it('has the fields that every client reads', () => {
    const { contentType, body } = encodeError('JSON', fields);
    assert.equal(contentType, 'application/json;charset=utf-8');
    assert.deepEqual(JSON.parse(body), {
      RequestId: requestId,
      HostId: 'ims.aliyuncs.com',
      Code: 'NoPermission',
      Message: 'You are not <authorized>.',
      Recommend: 'https://api.alibabacloud.com/troubleshoot?q=NoPermission&product=Ims',
    });
  });

  it('is rooted in Error in XML', () => {
    const { contentType, body } = encodeError('XML', fields);
    assert.equal(contentType, 'text/xml;charset=utf-8');
    assert.equal(
      body,
      `${declaration}<Error><RequestId>${requestId}</RequestId><HostId>ims.aliyuncs.com</HostId><Code>NoPermission</Code><Message>You are not &lt;authorized&gt;.</Message><Recommend>https://api.alibabacloud.com/troubleshoot?q=NoPermission&amp;product=Ims</Recommend></Error>`,
    );
  });

  it('carries the detail of a denied action', () => {
    const accessDenied = {
      AuthAction: 'ram:GetUser',
      AuthPrincipalType: 'SubUser',
      AuthPrincipalOwnerId: '1234567890123456',
      AuthPrincipalDisplayName: '212345678901234567',
      NoPermissionType: 'ImplicitDeny',
      PolicyType: 'AccountLevelIdentityBasedPolicy',
    } as const;
    assert.deepEqual(
      JSON.parse(encodeError('JSON', { ...fields, accessDenied }).body).AccessDeniedDetail,
      accessDenied,
    );
    assert.match(
      encodeError('XML', { ...fields, accessDenied }).body,
      /<AccessDeniedDetail><AuthAction>ram:GetUser<\/AuthAction>/,
    );
  });

  it('recommends a page whatever the sender put into the code', () => {
    const { body } = encodeError('JSON', { ...fields, code: 'InvalidA&b\ud800', product: '' });
    assert.equal(
      JSON.parse(body).Recommend,
      'https://api.alibabacloud.com/troubleshoot?q=InvalidA%26b%EF%BF%BD&product=',
    );
  });
});
