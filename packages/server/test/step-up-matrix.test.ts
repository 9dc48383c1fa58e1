/**
 * Every write operation of the registry against the proof that its security effect requires: by a console session
 * without and with a step-up, and by AccessKey where the account requires a second factor.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { implementedOperations } from '../src/claviger.ts';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { SECURITY_EFFECTS } from '../src/pipeline/security-effect.ts';
import { assertSameRows, readAccountRows } from './account-rows.ts';
import { Browser } from './browser.ts';
import { caller, type Prepared } from './prepared-request.ts';
import { GLOBAL_EFFECT_OPERATIONS, type RequestCase, requestCases } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { password, SampleEntities, trusting } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

/** Prepared requests to which an exception of the effect applies, with the parameters that remove the exception. */
const underException: Readonly<Record<string, (name: string) => Readonly<Record<string, string>>>> = {
  'Ims UpdateAccessKey': () => ({ Status: 'Active' }),
  'Ram UpdateAccessKey': () => ({ Status: 'Active' }),
  'Ims UpdateServiceCredential': () => ({ Status: 'Active' }),
  'Claviger SetGuardStatus': () => ({ Status: 'Active' }),
  'Ims UpdateGroup': (name) => ({ NewGroupName: `${name}-renamed` }),
  'Ims UpdateApplication': () => ({ NewRedirectUris: 'https://app.example.com/back' }),
  'Ram UpdateRole': () => ({ NewMaxSessionDuration: '7200' }),
  // `… with a new name` is a prepared request of its own.
  'Ims UpdateUser': () => ({}),
  'Ram UpdateUser': () => ({}),
  'Ram UpdateGroup': () => ({}),
};

/** Request with a known requirement. */
interface Trial extends RequestCase {
  readonly prepared: Prepared;
  readonly needsProof: boolean;
  readonly protectedByKey: boolean;
}

eachServer((_, start) => {
  describe('the proof that every change requires', () => {
    let server: TestServer;
    let entities: SampleEntities;
    let trials: readonly Trial[];
    let browser: Browser;

    before(async () => {
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      entities = new SampleEntities(server, server.account, 'a', now, vendor);
      const owner = await entities.userWithProfile('owner');
      await entities.do(RAM, 'AttachPolicyToUser', {
        UserName: 'owner',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      trials = await prepareTrials(entities);
      browser = new Browser(server);
      assert.equal(await browser.signIn(owner.UserPrincipalName, password), 'Done');
    });

    const rows = () => readAccountRows(server.services, server.account.accountId);

    const byPage = ({ operation: { version, name }, prepared }: Trial) =>
      browser.call(name, prepared.parameters, { version });

    const byKey = ({ operation: { version, name: action }, prepared }: Trial) =>
      callRaw(server.url, server.account.key, 'ACS3 with a form', {
        version,
        action,
        parameters: prepared.parameters,
      });

    test('is tested for every effect and every exception', () => {
      const effects = new Set(
        trials.map(({ operation }) => operation.access === 'write' && operation.security.effect),
      );
      assert.deepEqual([...effects].sort(), Object.keys(SECURITY_EFFECTS).sort());
      const excepted = [...implementedOperations().all()].filter(
        (operation) =>
          operation.access === 'write' && 'except' in operation.security && operation.security.except,
      );
      assert.deepEqual(
        excepted.map(({ product, name }) => `${product} ${name}`).sort(),
        Object.keys(underException).sort(),
      );
    });

    test('is required in a session without a step-up; a refused call changes nothing', async () => {
      const before = await rows();
      const faults: string[] = [];
      for (const trial of trials.filter(({ needsProof }) => needsProof)) {
        const { status, code } = await byPage(trial);
        if (status !== 403 || code !== 'StepUpRequired') faults.push(`${trial.title}: ${status} ${code}`);
      }
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
    });

    test('is required for operations of console sessions as well', async () => {
      const parameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        RegisterPasskey: { Name: 'laptop', Response: '{}' },
        ChangeRootPassword: { NewPassword: `${password}3` },
        CreateGuard: { GuardName: 'planted', 'Services.1': 'orders' },
        SetGuardServices: { GuardName: 'planted', 'Services.1': 'orders' },
        BindRootDevice: { Code1: '123456', Code2: '123456' },
        SwitchRole: { RoleName: 'planted' },
      };
      const root = new Browser(server);
      await root.signIn(server.account.rootLoginName, server.account.rootPassword);
      await root.done('ChooseSignInPassword', { NewPassword: password });
      const before = await rows();
      let tried = 0;
      for (const operation of implementedOperations().all()) {
        if (operation.access !== 'write' || operation.sessionOnly === undefined) continue;
        if (!SECURITY_EFFECTS[operation.security.effect].needsStepUp) continue;
        const { name } = operation;
        const who = /Root/.test(name) ? root : browser;
        await who.refused(name, parameters[name] ?? {}, 'StepUpRequired', 403);
        tried += 1;
      }
      assert.ok(tried >= 6);
      assertSameRows(before, await rows(), 'the account');
    });

    test('is required of AccessKeys for the same changes, if the account is set so', async () => {
      await entities.do('2026-11-24', 'SetAccountProtection', { CredentialChangesNeedMFA: 'true' });
      const before = await rows();
      const faults: string[] = [];
      const covered = trials.filter(({ protectedByKey }) => protectedByKey);
      assert.ok(covered.length > 60);
      for (const trial of covered) {
        const { status, code } = await byKey(trial);
        if (status !== 403 || code !== 'Forbidden.CredentialChange')
          faults.push(`${trial.title}: ${status} ${code}`);
      }
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
      // The setting cannot be switched off by key; in the console it can, after a step-up.
      await browser.refused(
        'SetAccountProtection',
        { CredentialChangesNeedMFA: 'false' },
        'StepUpRequired',
        403,
      );
      await browser.done('StepUp', { Method: 'Password', Password: password });
      await browser.done('SetAccountProtection', { CredentialChangesNeedMFA: 'false' });
    });

    test('is a step-up; changes that only restrict need none', async () => {
      await browser.done('StepUp', { Method: 'Password', Password: password });
      const faults: string[] = [];
      const page = async (trial: Trial) => {
        const { status, code, body } = await byPage(trial);
        if (status !== 200) faults.push(`${trial.title}: ${status} ${code} ${body['Message']}`);
      };
      const order = (trial: Trial) =>
        trial.operation.name === 'ChangePassword'
          ? 2
          : GLOBAL_EFFECT_OPERATIONS.includes(trial.operation.name)
            ? 1
            : 0;
      const endsItself = ({ title }: Trial) => title === 'Claviger RevokeSessions of the account';
      const free = new Browser(server);
      assert.equal(await free.signIn(`owner@${server.account.domain}`, password), 'Done');
      for (const { operation, prepared, title } of trials.filter(
        (trial) => !trial.needsProof && !endsItself(trial),
      )) {
        const { status, code } = await free.call(operation.name, prepared.parameters, {
          version: operation.version,
        });
        if (status !== 200) faults.push(`${title} without a step-up: ${status} ${code}`);
      }
      const needing = trials.filter(({ needsProof }) => needsProof);
      for (const trial of needing.toSorted((a, b) => order(a) - order(b))) {
        if (trial.operation.name === 'ChangePassword' && trial.operation.product === 'Ram') continue;
        await page(trial);
      }
      assert.deepEqual(faults, []);
    });
  });

  describe('a second factor at sign-in', () => {
    const fresh = async () => {
      const server = await start({ now: () => now });
      const entities = new SampleEntities(server, server.account, 'b', now);
      const owner = await entities.userWithProfile('owner');
      await entities.do(RAM, 'AttachPolicyToUser', {
        UserName: 'owner',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      return { server, entities, owner };
    };

    const bindPhone = async (entities: SampleEntities, UserPrincipalName: string) => {
      const made = await entities.do(IMS, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' });
      const { SerialNumber, Base32StringSeed: seed } = made['VirtualMFADevice'] as Record<string, string>;
      const code = (of: number) => codeAt(String(seed), stepAt(now) + of);
      await entities.do(IMS, 'BindMFADevice', {
        UserPrincipalName,
        SerialNumber: String(SerialNumber),
        AuthenticationCode1: code(-1),
        AuthenticationCode2: code(0),
      });
      return code;
    };

    test('counts as a step-up for ten minutes; a used code is refused with the reason', async () => {
      const { server, entities, owner } = await fresh();
      const code = await bindPhone(entities, owner.UserPrincipalName);
      const browser = new Browser(server);
      assert.equal(await browser.signIn(owner.UserPrincipalName, password), 'Code');
      const used = await browser.refused(
        'VerifySignInCode',
        { Code: code(0) },
        'AuthenticationFail.CodeUsed',
        401,
      );
      assert.match(String(used.body['Message']), /used already.*Wait for the next/);
      await browser.refused('VerifySignInCode', { Code: '000000' }, 'AuthenticationFail.SecondFactor', 401);
      await browser.done('VerifySignInCode', { Code: code(1) });
      const { StepUpUntil } = await browser.done('GetSession');
      assert.equal(Date.parse(String(StepUpUntil)), Math.floor((now + 10 * 60_000) / 1000) * 1000);
      await browser.done('CreateRole', roleParameters(entities), { version: RAM });
      await browser.refused('StepUp', { Method: 'Code', Code: code(1) }, 'AuthenticationFail.CodeUsed', 401);
    });

    test('is stronger than a password, which counts only in a step-up itself', async () => {
      const { server, entities, owner } = await fresh();
      const browser = new Browser(server);
      assert.equal(await browser.signIn(owner.UserPrincipalName, password), 'Done');
      assert.equal((await browser.done('GetSession'))['StepUpUntil'], undefined);
      const create = [roleParameters(entities), 'StepUpRequired', 403, { version: RAM }] as const;
      await browser.refused('CreateRole', ...create);
      await browser.done('StepUp', { Method: 'Password', Password: password });
      await browser.done('CreateRole', roleParameters(entities), { version: RAM });
    });

    test('permits protected changes by key in a role session', async () => {
      const { server, entities, owner } = await fresh();
      await entities.do(RAM, 'CreateRole', roleParameters(entities));
      await entities.do(RAM, 'AttachPolicyToRole', {
        RoleName: 'made',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      const assume = async (browser: Browser) => {
        const { Credentials } = await browser.done(
          'AssumeRole',
          { RoleArn: `acs:ram::${server.account.accountId}:role/made`, RoleSessionName: 'page' },
          { version: '2015-04-01' },
        );
        const { AccessKeyId, AccessKeySecret, SecurityToken } = Credentials as Record<string, string>;
        return server.clients({
          accessKeyId: String(AccessKeyId),
          accessKeySecret: String(AccessKeySecret),
          securityToken: String(SecurityToken),
        });
      };
      const plain = new Browser(server);
      await plain.signIn(owner.UserPrincipalName, password);
      await plain.done('StepUp', { Method: 'Password', Password: password });
      const withoutMfa = await assume(plain);

      const code = await bindPhone(entities, owner.UserPrincipalName);
      const browser = new Browser(server);
      await browser.signIn(owner.UserPrincipalName, password);
      await browser.done('VerifySignInCode', { Code: code(1) });
      const withMfa = await assume(browser);
      await entities.do('2026-11-24', 'SetAccountProtection', { CredentialChangesNeedMFA: 'true' });
      const create = (UserName: string) => [RAM, 'CreateUser', { UserName }] as const;
      await assert.rejects(withoutMfa.callRpc(...create('no')), { code: 'Forbidden.CredentialChange' });
      await withMfa.callRpc(...create('yes'));
      // A session chained to that one inherits it.
      const chained = (await withMfa.callRpc('2015-04-01', 'AssumeRole', {
        RoleArn: `acs:ram::${server.account.accountId}:role/made`,
        RoleSessionName: 'chained',
      })) as { Credentials: Record<string, string> };
      const { AccessKeyId, AccessKeySecret, SecurityToken } = chained.Credentials;
      await server
        .clients({
          accessKeyId: String(AccessKeyId),
          accessKeySecret: String(AccessKeySecret),
          securityToken: String(SecurityToken),
        })
        .callRpc(...create('chained'));
      // Reads, and changes that only restrict, are allowed by key.
      await entities.do(RAM, 'ListUsers');
    });
  });
});

const roleParameters = (entities: SampleEntities) => ({
  RoleName: 'made',
  AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${entities.account.accountId}:root`] }),
});

/** Creates what the requests need; a request with an exception becomes two. */
async function prepareTrials(entities: SampleEntities): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const one of requestCases()) {
    const { operation, title } = one;
    if (operation.access !== 'write') continue;
    const { needsStepUp, protectedByKey } = SECURITY_EFFECTS[operation.security.effect];
    const made = await one.prepare(entities, `${entities.prefix}-${one.name}`);
    // The calling user is one that has a password of its own.
    const prepared = made.on.includes(caller) ? { ...made, on: [] } : made;
    const more = underException[title];
    const trial = { ...one, prepared };
    if (more === undefined) {
      trials.push({ ...trial, needsProof: needsStepUp, protectedByKey });
      continue;
    }
    trials.push({ ...trial, needsProof: false, protectedByKey: false });
    const parameters = { ...prepared.parameters, ...more(String(one.name)) };
    if (Object.keys(more('')).length > 0) {
      trials.push({
        ...trial,
        title: `${title} beyond its exception`,
        prepared: { ...prepared, parameters },
        needsProof: needsStepUp,
        protectedByKey,
      });
    }
  }
  return trials;
}
