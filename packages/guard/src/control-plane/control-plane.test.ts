import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlPlaneRefusal } from './control-plane.ts';

test('a refusal of the signature says what to look at, and not the text that was signed', () => {
  const message =
    'Specified signature is not matched with our calculation. server string to sign is:POST\n/\n\nhost:a';
  const refusal = new ControlPlaneRefusal('ReplicateCredentials', 'SignatureDoesNotMatch', 400, message);
  assert.equal(
    refusal.message,
    'the control plane refuses ReplicateCredentials: SignatureDoesNotMatch (400): the AccessKey has another secret than the configured one',
  );
});

test('any other refusal says what the control plane says', () => {
  const refusal = new ControlPlaneRefusal('ReplicateCredentials', 'NoPermission', 403, 'You may not.');
  assert.equal(
    refusal.message,
    'the control plane refuses ReplicateCredentials: NoPermission (403): You may not.',
  );
});
