/**
 * Every operation of the registry against the permission that RAM documents for it, on existing entities: without it
 * denied, with an explicit Deny denied, with exactly that permission executed. A new operation without a prepared
 * request fails here.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createAccessKey } from '../src/access-keys/access-key.ts';
import { operatorScope } from '../src/accounts/create-account.ts';
import type { Scope } from '../src/context/scope.ts';
import { attachPolicy } from '../src/policies/attachment.ts';
import { createPolicy } from '../src/policies/policy.ts';
import { createUser } from '../src/users/user.ts';
import { assertSameRows, readAccountRows } from './account-rows.ts';
import { assertBodyShape } from './answer-conformance.ts';
import type { ClientKey } from './clients.ts';
import { caller, type Prepared } from './prepared-request.ts';
import {
  GLOBAL_EFFECT_OPERATIONS,
  type RequestCase,
  requestCases,
  UNSIGNED_OPERATIONS,
} from './prepared-requests.ts';
import { fullScans, recordStatements, type StatementRecorder } from './query-plans.ts';
import { callRaw, type JsonAnswer } from './raw-request.ts';
import { password, SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

const RAM = '2015-05-01';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

/** User with a policy of its own name, and the resources that it needs for a request. */
interface Holder {
  readonly name: string;
  readonly key: ClientKey;
  readonly on: readonly string[];
}

/** Request, and the two users that make it. */
interface Trial extends RequestCase {
  readonly prepared: Prepared;
  readonly action: string;
  /** User with the permissions in its policy; at first all except those that the request needs. */
  readonly holder: Holder;
  /** User with every permission except those that its policy denies; at first the first resource. */
  readonly denied: Holder;
}

const allow = (more: object) => ({ Effect: 'Allow', ...more });

const deny = (Action: string, Resource: string | undefined) => ({ Effect: 'Deny', Action, Resource });

const document = (...statements: object[]) => JSON.stringify({ Version: '1', Statement: statements });

/** Returns similar resources: longer, shorter, of another kind, of another account. */
function nearMisses(resource: string): readonly string[] {
  const end = resource.at(-1) ?? '';
  return [
    `${resource.slice(0, -1)}x${end === '*' ? '' : end}`,
    ...(end === '*' ? [] : [`${resource}x`, resource.slice(0, -1), `${resource}/*`]),
    resource.replace(/:\d{16}:/, ':1000000000000001:'),
    resource.replace(/^acs:\w+/, 'acs:oss'),
    resource.replace(/:(user|group|role|policy|mfa|application|guard|[a-z]+-provider)\//, ':other/'),
  ].filter((near) => near !== resource);
}

/** Returns whether a resource is covered by another one of the same request: all users, and one of them. */
const isCovered = (resource: string, others: readonly string[]) =>
  others.some((other) => other.endsWith('*') && resource.startsWith(other.slice(0, -1)));

eachServer((database, start) => {
  describe('the permission of every operation', () => {
    let server: TestServer;
    let entities: SampleEntities;
    let trials: readonly Trial[];
    let recorded: StatementRecorder | undefined;
    after(() => recorded?.stop());

    before(async () => {
      if (database === 'SQLite') recorded = recordStatements();
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      entities = new SampleEntities(server, server.account, 'a', now, vendor);
      // The default permissions of users on themselves are not under test.
      await entities.do('2019-08-15', 'SetSecurityPreference', {
        AllowUserToChangePassword: 'false',
        AllowUserToManageMFADevices: 'false',
      });
      trials = await prepareTrials(entities);
    });

    const rows = () => readAccountRows(server.services, server.account.accountId);

    const call = ({ operation: { version, name: action }, prepared }: Trial, { key }: Holder) => {
      const { parameters } = prepared;
      const work = () => callRaw(server.url, key, 'ACS3 with a form', { version, action, parameters });
      return recorded === undefined ? work() : recorded.during(work);
    };

    /** Replaces the policy of a user. */
    const setPolicy = ({ name: PolicyName }: Holder, ...statements: object[]) =>
      entities.do(RAM, 'CreatePolicyVersion', {
        PolicyName,
        PolicyDocument: document(...statements),
        SetAsDefault: 'true',
        RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
      });

    test('is required, whatever else is allowed; a denied call changes nothing', async () => {
      const before = await rows();
      const faults: string[] = [];
      for (const trial of trials) {
        const { title, holder } = trial;
        if (holder.on.length === 0) continue;
        const fault = faultOfDenial(trial, await call(trial, holder), holder.on, 'ImplicitDeny');
        if (fault !== undefined) faults.push(`${title}: ${fault}`);
      }
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
    });

    test('does not override an explicit Deny; a denied call changes nothing', async () => {
      const before = await rows();
      const faults: string[] = [];
      for (const trial of trials) {
        const { title, denied } = trial;
        if (denied.on.length === 0) continue;
        const fault = faultOfDenial(trial, await call(trial, denied), denied.on.slice(0, 1), 'ExplicitDeny');
        if (fault !== undefined) faults.push(`${title}: ${fault}`);
      }
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
    });

    test('is required on each of several resources, and can be denied on each', async () => {
      const faults: string[] = [];
      const several = trials.filter(({ holder }) => holder.on.length > 1);
      for (const trial of several) {
        const { title, action, holder, denied } = trial;
        for (const missing of holder.on) {
          const others = holder.on.filter((resource) => resource !== missing);
          if (!isCovered(missing, others)) {
            await setPolicy(holder, allow({ Action: action, Resource: others }));
            const without = faultOfDenial(trial, await call(trial, holder), [missing], 'ImplicitDeny');
            if (without !== undefined) faults.push(`${title} without ${missing}: ${without}`);
          }
          await setPolicy(denied, deny(action, missing));
          const against = faultOfDenial(trial, await call(trial, denied), [missing], 'ExplicitDeny');
          if (against !== undefined) faults.push(`${title} against ${missing}: ${against}`);
        }
      }
      assert.deepEqual(faults, []);
      assert.equal(several.length, 22, 'how many requests need more than one resource');
    });

    test('is exactly the documented action and resource, and the answer is as described', async () => {
      const faults: string[] = [];
      const isLast = ({ operation }: Trial) => GLOBAL_EFFECT_OPERATIONS.includes(operation.name);
      for (const trial of [...trials.filter((one) => !isLast(one)), ...trials.filter(isLast)]) {
        const { title, operation, action, holder } = trial;
        if (holder.on.length > 0) await setPolicy(holder, allow({ Action: action, Resource: holder.on }));
        const { status, code, message, body } = await call(trial, holder);
        if (status !== 200) faults.push(`${title}: ${status} ${code}: ${message}`);
        else assertBodyShape(operation, body);
      }
      assert.deepEqual(faults, []);
    });

    test('is checked, and the operation carried out, without a read of a whole table that grows', () => {
      if (recorded === undefined) return;
      assert.ok(recorded.statements.size > 200, 'statements were recorded');
      assert.deepEqual(fullScans(join(server.directory, 'claviger.db'), recorded.statements), []);
    });

    test('is not needed to read the own identity or use an own proof; two operations alone need no signature', () => {
      const open = trials.filter(({ holder }) => holder.on.length === 0).map(({ title }) => title);
      assert.deepEqual(open, [
        'Sts GetCallerIdentity',
        'Claviger Simulate of a text',
        'Claviger ValidatePolicyDocument',
      ]);
      const unsigned = UNSIGNED_OPERATIONS.map(({ name }) => name);
      assert.deepEqual(unsigned, ['AssumeRoleWithSAML', 'AssumeRoleWithOIDC']);
    });
  });
});

/**
 * Returns what is wrong with a denial; `undefined` if it is as expected.
 * @param on the resources of which it names one
 */
function faultOfDenial(
  { prepared, action }: Trial,
  { status, code, message, body }: JsonAnswer,
  on: readonly string[],
  type: 'ImplicitDeny' | 'ExplicitDeny',
): string | undefined {
  if (status !== 403 || code !== 'NoPermission') return `${status} ${code}: ${message}`;
  const detail = body['AccessDeniedDetail'] as Record<string, string>;
  if (detail['AuthAction'] !== action) return `is about ${detail['AuthAction']}`;
  if (detail['NoPermissionType'] !== type) return `is an ${detail['NoPermissionType']}`;
  const isNamed = [...on, ...(prepared.shown ?? [])].some((resource) =>
    message.endsWith(` Resource: ${resource} Action: ${action}`),
  );
  return isNamed ? undefined : `says: ${message}`;
}

/** Creates what every request needs, and the users that make it. */
async function prepareTrials(entities: SampleEntities): Promise<readonly Trial[]> {
  const cases: (RequestCase & { readonly prepared: Prepared; readonly action: string })[] = [];
  for (const one of requestCases()) {
    const { product, name } = one.operation;
    const prepared = await one.prepare(entities, `${entities.prefix}-${one.name}`);
    const action = prepared.action ?? `${codes[product] ?? product}:${name}`;
    cases.push({ ...one, prepared, action });
  }
  const { server, account } = entities;
  // In one transaction, since there are hundreds of them.
  const trials = await server.services.store.write(async (transaction) => {
    const scope = await operatorScope(server.services, transaction, account.accountId, now);
    const made: Trial[] = [];
    for (const { prepared, action, ...one } of cases) {
      const resourcesOf = (name: string) =>
        prepared.on.map((resource) => (resource === caller ? entities.arn(`user/${name}`) : resource));
      const [mayName, deniedName] = [`may-${one.name}`, `denied-${one.name}`];
      const near = resourcesOf(mayName).flatMap(nearMisses);
      const holder = await makeUser(
        scope,
        mayName,
        document(
          allow({ NotAction: action, Resource: '*' }),
          ...(near.length === 0 ? [] : [allow({ Action: action, Resource: near })]),
        ),
      );
      const denied = await makeUser(
        scope,
        deniedName,
        document(deny(action, resourcesOf(deniedName)[0] ?? '*')),
      );
      await attachPolicy(
        scope,
        { type: 'System', name: 'AdministratorAccess' },
        { type: 'user', name: deniedName },
      );
      made.push({
        ...one,
        prepared,
        action,
        holder: { name: mayName, key: holder, on: resourcesOf(mayName) },
        denied: { name: deniedName, key: denied, on: resourcesOf(deniedName) },
      });
    }
    return made;
  });
  for (const { prepared, holder, denied } of trials) {
    if (!prepared.on.includes(caller)) continue;
    for (const { name: UserName } of [holder, denied]) {
      await entities.do(RAM, 'CreateLoginProfile', { UserName, Password: password });
    }
  }
  return trials;
}

/** Prefix of the actions of a product; IMS uses those of RAM. */
const codes: Readonly<Record<string, string>> = {
  Ims: 'ram',
  Ram: 'ram',
  Sts: 'sts',
  Actiontrail: 'actiontrail',
  Claviger: 'claviger',
};

/** Creates a user with a key and a policy of its own name. */
async function makeUser(scope: Scope, name: string, policy: string): Promise<ClientKey> {
  const { user_id: id } = await createUser(scope, {
    userName: name,
    displayName: '',
    comments: '',
    email: '',
    mobilePhone: '',
  });
  const { row, secret } = await createAccessKey(scope, { type: 'user', id, name });
  await createPolicy(scope, { name, description: '', document: policy, tags: [] });
  await attachPolicy(scope, { type: 'Custom', name }, { type: 'user', name });
  return { accessKeyId: row.access_key_id, accessKeySecret: secret.reveal() };
}
