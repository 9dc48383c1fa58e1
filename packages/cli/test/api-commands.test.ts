/** Commands that call the API of a running server: whoami, user, access-key and policy. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { claviger, serve, temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

const data = temporaryDirectory();
const admin = JSON.parse(claviger(['init', '--data', data, '--json']).out) as Key & { AccountId: string };
const server = await serve(['--data', data]);
after(() => server.stop('SIGTERM'));

function emptyDirectory(): string {
  const directory = temporaryDirectory();
  mkdirSync(directory);
  return directory;
}

const home = emptyDirectory();

function environmentOf({ AccessKeyId, AccessKeySecret }: Key): Record<string, string> {
  return {
    HOME: home,
    CLAVIGER_ENDPOINT: server.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
  };
}

const as = (key: Key, ...words: string[]) => runInProcess(words, { environment: environmentOf(key) });

describe('commands over the API', () => {
  test('a user gets a key, a permission, and loses both', async () => {
    const created = await as(admin, 'user', 'create', 'ci', '--comments', 'build server');
    assert.deepEqual([created.status, created.err], [0, '']);
    assert.match(created.out, /^User ci was created\. Next: claviger access-key create --user ci\n$/);
    const { out } = await as(admin, 'access-key', 'create', '--user', 'ci', '--json');
    const { AccessKey: key } = JSON.parse(out) as { AccessKey: Key };

    const denied = await as(key, 'user', 'list');
    assert.equal(denied.status, 1);
    assert.match(denied.err, /^error: NoPermission: /);
    assert.match(denied.err, /\n {2}missing {3}ram:ListUsers on acs:ram:/);
    assert.match(denied.err, new RegExp(`\\n  for {7}acs:ram::${admin.AccountId}:user/ci\\n`));

    const attached = await as(admin, 'policy', 'attach', 'AliyunRAMReadOnlyAccess', '--user', 'ci');
    assert.deepEqual([attached.status, attached.err], [0, '']);
    assert.equal(attached.out, 'Policy AliyunRAMReadOnlyAccess is attached to user ci.\n');
    const listed = await as(key, 'user', 'list');
    assert.match(listed.out, /^NAME +DISPLAY NAME +CREATED +COMMENTS\n/);
    assert.match(listed.out, /\nci +ci +\d{4}-\S+ +build server\n/);

    const shown = await as(admin, 'user', 'show', 'ci');
    assert.match(shown.out, /Policies +AliyunRAMReadOnlyAccess\n/);
    assert.ok(shown.out.includes(`${key.AccessKeyId} (Active)`));
    const keys = await as(admin, 'access-key', 'list', '--user', 'ci');
    assert.match(keys.out, /^ACCESSKEY ID +STATUS +CREATED +LAST USED\n/);
    assert.ok(keys.out.includes(key.AccessKeyId));

    const found = await as(admin, 'access-key', 'search', 'ci', '--status', 'Active');
    assert.match(found.out, /^ACCESSKEY ID +OWNER +STATUS +CREATED +LAST USED +NOTE\n/);
    assert.match(found.out, new RegExp(`\\n${key.AccessKeyId} +ci@\\S+ +Active `));
    const wrong = await as(admin, 'access-key', 'search', '--unused', '9x');
    assert.deepEqual(
      [wrong.status, wrong.err.split('\n')[0]],
      [2, 'error: --unused: invalid number "9x": expected 0 to 3650'],
    );

    assert.equal((await as(admin, 'access-key', 'disable', key.AccessKeyId, '--user', 'ci')).status, 0);
    const refused = await as(key, 'whoami');
    assert.deepEqual([refused.status, refused.out], [1, '']);
    assert.match(refused.err, /^error: InvalidAccessKeyId\.Inactive: /);
    assert.equal((await as(admin, 'access-key', 'enable', key.AccessKeyId, '--user', 'ci')).status, 0);
    assert.match((await as(key, 'whoami')).out, /Identity +acs:ram::\d+:user\/ci\n/);

    const detached = await as(admin, 'policy', 'detach', 'AliyunRAMReadOnlyAccess', '--user', 'ci');
    assert.deepEqual([detached.status, detached.err], [0, '']);
    const contained = await as(admin, 'access-key', 'contain', key.AccessKeyId);
    assert.deepEqual([contained.status, contained.err], [0, '']);
    assert.match(
      contained.out,
      /^AccessKey LTAI\w+ of ci@\S+ is disabled, and its role sessions have ended\.\n/,
    );
    assert.match(contained.out, /\n\d+ calls since \d{4}-/);
    assert.match(contained.out, /\nIms ListUsers +\d+ +\d+ +|\nRam ListUsers +\d+ +\d+ +/);
    assert.equal((await as(key, 'whoami')).status, 1);
    const activity = await as(admin, 'access-key', 'activity', key.AccessKeyId, '--hours', '1', '--json');
    assert.equal((JSON.parse(activity.out) as { Status: string }).Status, 'Inactive');
    assert.equal((await as(admin, 'access-key', 'delete', key.AccessKeyId, '--user', 'ci')).status, 0);
    assert.equal((await as(admin, 'user', 'delete', 'ci')).out, 'User ci was deleted.\n');
  });

  test('a custom policy is created from a file, shown and attached by its name alone', async () => {
    const document = { Version: '1', Statement: [{ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*' }] };
    const file = join(home, 'read.json');
    writeFileSync(file, JSON.stringify(document));
    assert.equal((await as(admin, 'policy', 'create', 'read', file)).status, 0);
    assert.deepEqual(JSON.parse((await as(admin, 'policy', 'show', 'read')).out), document);
    assert.match((await as(admin, 'policy', 'list', '--type', 'Custom')).out, /\nread +Custom +0/);
    await as(admin, 'user', 'create', 'reader');
    assert.equal((await as(admin, 'policy', 'attach', 'read', '--user', 'reader')).status, 0);
    assert.match((await as(admin, 'user', 'show', 'reader')).out, /Policies +read\n/);
    const none = await as(admin, 'policy', 'attach', 'unknown', '--user', 'reader');
    assert.match(none.err, /^error: EntityNotExist\.Policy: /);
    const unclear = await as(admin, 'policy', 'attach', 'read', '--user', 'reader', '--group', 'all');
    assert.deepEqual([unclear.status, unclear.out], [2, '']);
  });

  test('--json prints the answer, and an error with its code', async () => {
    const { out } = await as(admin, 'whoami', '--json');
    assert.equal((JSON.parse(out) as { AccountId: string }).AccountId, admin.AccountId);
    const failed = await as(admin, 'user', 'show', 'unknown', '--json');
    assert.equal(failed.status, 1);
    assert.equal((JSON.parse(failed.out) as { error: { code: string } }).error.code, 'EntityNotExist.User');
  });

  test('a server that is not Claviger is named', async () => {
    const { status, err } = await runInProcess(['whoami', '--endpoint', 'http://127.0.0.1:1'], {
      environment: environmentOf(admin),
    });
    assert.equal(status, 1);
    assert.match(err, /no response from http:\/\/127\.0\.0\.1:1: the connection was refused/);
  });
});

describe('the AccessKey of a command', () => {
  const whoami = (environment: Readonly<Record<string, string>>) =>
    runInProcess(['whoami', '--json'], { environment: { CLAVIGER_ENDPOINT: server.url, ...environment } });

  test('is looked for in the environment, config.json and credentials, in this order', async () => {
    const files = emptyDirectory();
    const none = await whoami({ HOME: files });
    assert.deepEqual(
      [none.status, none.out.includes('claviger.'), none.err.includes('no AccessKey')],
      [2, false, true],
    );

    mkdirSync(join(files, '.alibabacloud'));
    const section = (name: string, { AccessKeyId, AccessKeySecret }: Key) =>
      `[${name}]\ntype = access_key\naccess_key_id = ${AccessKeyId}\naccess_key_secret = ${AccessKeySecret}\n`;
    const wrong = { AccessKeyId: 'LTAI5tEXAMPLEKEYID000001', AccessKeySecret: 'wrong' };
    const credentials = join(files, '.alibabacloud', 'credentials');
    writeFileSync(credentials, section('default', admin) + section('other', wrong));
    assert.equal((await whoami({ HOME: files })).status, 0);
    assert.match(
      (await whoami({ HOME: files, ALIBABA_CLOUD_PROFILE: 'other' })).err,
      /InvalidAccessKeyId\.NotFound/,
    );

    mkdirSync(join(files, '.aliyun'));
    const profile = (name: string, { AccessKeyId, AccessKeySecret }: Key) => ({
      name,
      mode: 'AK',
      access_key_id: AccessKeyId,
      access_key_secret: AccessKeySecret,
    });
    const config = { current: 'wrong', profiles: [profile('wrong', wrong), profile('right', admin)] };
    writeFileSync(join(files, '.aliyun', 'config.json'), JSON.stringify(config));
    assert.match((await whoami({ HOME: files })).err, /InvalidAccessKeyId\.NotFound/);
    assert.equal((await whoami({ HOME: files, ALIBABA_CLOUD_PROFILE: 'right' })).status, 0);
    assert.equal((await whoami({ HOME: files, ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' })).status, 0);
    assert.equal((await whoami({ ...environmentOf(admin), HOME: files })).status, 0);
  });

  test('of a credentials file that cannot be used is refused without its secret', async () => {
    const files = emptyDirectory();
    const file = join(files, 'credentials');
    writeFileSync(file, '[default]\ntype = access_key\naccess_key_secret = VerySecret\n');
    const { status, err } = await whoami({ HOME: files, ALIBABA_CLOUD_CREDENTIALS_FILE: file });
    assert.equal(status, 2);
    assert.match(err, /\[default\] of .*credentials has an incomplete AccessKey/);
    assert.ok(!err.includes('VerySecret'));
  });
});

describe('call', () => {
  test('knows the version of a product, sends a User-Agent, and suggests the name of a mistyped operation', async () => {
    const call = (...words: string[]) => as(admin, 'call', 'POST', server.url, ...words);
    assert.equal((await call('--product', 'ims', '--action', 'ListUsers')).status, 0);
    const mistyped = await call('--product', 'ram', '--action', 'ListUser');
    assert.equal(mistyped.status, 1);
    assert.match(mistyped.err, /\nwarning: there is no operation of this name, did you mean ListUsers\?\n/);
    const unknown = await call('--product', 'ecs', '--action', 'ListUsers');
    assert.deepEqual([unknown.status, unknown.out], [2, '']);
    assert.match(
      unknown.err,
      /unknown product "ecs": expected ims, ram, sts, actiontrail, claviger, or give --version/,
    );
    const events = claviger(['audit', '--data', data, '--json']).out;
    assert.match(events, /claviger\/\d+\.\d+\.\d+ \(/);
  });
});
