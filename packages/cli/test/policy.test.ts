import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runInProcess } from './run-in-process.ts';

describe('claviger policy check', () => {
  const home = mkdtempSync(join(tmpdir(), 'claviger-policy-'));
  after(() => rmSync(home, { recursive: true, force: true }));
  const file = (name: string, ...Statement: object[]) => {
    const path = join(home, name);
    writeFileSync(path, JSON.stringify({ Version: '1', Statement }, undefined, 2));
    return path;
  };
  const valid = file('valid.json', { Effect: 'Allow', Action: 'ram:GetUser', Resource: '*' });
  const warned = file('warned.json', {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { Bool: { 'acs:MFAPresent': 'false' } },
  });
  const faulty = file('faulty.json', { Effect: 'Perhaps', Action: '*', Resource: '*' });

  test('a valid document exits with 0', async () => {
    assert.deepEqual(await runInProcess(['policy', 'check', valid]), {
      status: 0,
      out: 'valid.json: valid, no warnings\n',
      err: '',
    });
  });

  test('warnings have a position and a code, and exit with 1 only with --strict', async () => {
    const { status, out } = await runInProcess(['policy', 'check', warned]);
    assert.equal(status, 0);
    assert.match(out, /^warned\.json:10:\d+: warning MfaPresentAbsentForKeys: .*BoolIfExists/m);
    assert.equal((await runInProcess(['policy', 'check', warned, '--strict'])).status, 1);
    assert.equal((await runInProcess(['policy', 'check', valid, '--strict'])).status, 0);
  });

  test('an invalid document exits with 1', async () => {
    const { status, out } = await runInProcess(['policy', 'check', faulty]);
    assert.equal(status, 1);
    assert.match(out, /^faulty\.json:5:\d+: error: the string `Perhaps`/m);
  });

  test('--json prints one object, also for standard input', async () => {
    const { status, out } = await runInProcess(['policy', 'check', '--kind', 'network', '--json'], {
      input: '{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["0.0.0.0/0"]}]}',
    });
    assert.equal(status, 0);
    const { valid: isValid, findings } = JSON.parse(out);
    assert.equal(isValid, true);
    assert.deepEqual(
      findings.map(({ severity, code }: { severity: string; code: string }) => [severity, code]),
      [['warning', 'EveryAddress']],
    );
    const broken = await runInProcess(['policy', 'check', '--kind', 'network', '--json'], { input: '{' });
    assert.equal(broken.status, 1);
    assert.equal(JSON.parse(broken.out).valid, false);
  });

  test('an unreadable file and an unknown kind are invalid usage', async () => {
    assert.equal((await runInProcess(['policy', 'check', join(home, 'absent.json')])).status, 2);
    assert.equal((await runInProcess(['policy', 'check', valid, '--kind', 'bucket'])).status, 2);
  });
});
