/**
 * Authorisation is decided on the stored entity, not on the spelling of its name: each operation that names an
 * entity, with each spelling that finds it, with an Allow of everything and a Deny on the stored name. A caller
 * without permission gets the same answer for existing and unknown entities.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createAccessKey } from '../src/access-keys/access-key.ts';
import { operatorScope } from '../src/accounts/create-account.ts';
import type { Scope } from '../src/context/scope.ts';
import { attachPolicy } from '../src/policies/attachment.ts';
import { createPolicy } from '../src/policies/policy.ts';
import { createUser } from '../src/users/user.ts';
import { assertSameRows, readAccountRows } from './account-rows.ts';
import type { ClientKey } from './clients.ts';
import { isClassified, type NamedEntity, namedEntities } from './name-spellings.ts';
import type { Prepared } from './prepared-request.ts';
import { EVERY_OPERATION, type RequestCase, requestCases } from './prepared-requests.ts';
import { callRaw, type JsonAnswer } from './raw-request.ts';
import { SampleEntities, type UserEntity } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

/** Named entity of a request, and a user who is denied everything on it alone. */
interface Trial extends RequestCase {
  readonly prepared: Prepared;
  readonly named: NamedEntity;
  readonly denied: ClientKey;
}

/** Codes of malformed and unknown names. */
const notFound = /^(?:Invalid|Missing|EntityNotExist|NoPermission|UnsupportedParameter|NoSuch)/;

test('every parameter of every operation is classified by the entity that it names', () => {
  const unclassified = EVERY_OPERATION.filter(
    ({ access }) => access === 'read' || access === 'write' || access === 'stream',
  )
    .flatMap(({ name, input }) => Object.keys(input).map((parameter) => [name, parameter] as const))
    .filter(([, parameter]) => !isClassified(parameter));
  assert.deepEqual(unclassified, [], 'say in name-spellings.ts what these parameters name');
});

eachServer((_, start) => {
  describe('authorisation of the stored entity', () => {
    let server: TestServer;
    let entities: SampleEntities;
    let trials: readonly Trial[];
    let everything: ClientKey;
    let nothing: ClientKey;

    before(async () => {
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      entities = new SampleEntities(server, server.account, 'a', now, vendor);
      trials = await prepareTrials(entities);
      everything = server.account.key;
      nothing = (await server.newUser(server.account, 'unprivileged')).key;
    });

    const call = (
      { operation: { version, name: action } }: RequestCase,
      key: ClientKey,
      parameters: Readonly<Record<string, string>>,
    ): Promise<JsonAnswer> => callRaw(server.url, key, 'ACS3 with a form', { version, action, parameters });

    test('a Deny on the stored name refuses every spelling, and nothing changes', async () => {
      const rows = () => readAccountRows(server.services, server.account.accountId);
      const before = await rows();
      const faults: string[] = [];
      let tried = 0;
      for (const trial of trials) {
        const { spellings } = trial.named;
        const answers = await Promise.all(
          spellings.map(({ parameters }) => call(trial, trial.denied, parameters)),
        );
        for (const [at, { status, code, message }] of answers.entries()) {
          const { what, finds } = spellings[at]!;
          const isRefused = status >= 400 && (finds ? code === 'NoPermission' : notFound.test(code));
          if (!isRefused) {
            faults.push(`${trial.title}: ${trial.named.parameter} ${what}: ${status} ${code}: ${message}`);
          }
          tried += 1;
        }
      }
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
      assert.ok(tried > 1000, `only ${tried} spellings were tried`);
    });

    test('the spellings that are declared to find an entity do', async () => {
      const faults: string[] = [];
      for (const trial of trials) {
        if (trial.operation.access !== 'read') continue;
        for (const { what, parameters } of trial.named.spellings.filter(({ finds }) => finds)) {
          const { code, message } = await call(trial, everything, parameters);
          if (code !== 'OK')
            faults.push(`${trial.title}: ${trial.named.parameter} ${what}: ${code}: ${message}`);
        }
      }
      assert.deepEqual(faults, []);
    });

    test('a caller without permission gets the same answer for existing and unknown entities', async () => {
      const faults: string[] = [];
      for (const trial of trials) {
        const { parameter, spellings } = trial.named;
        // The stored spelling and another one; and the id.
        const two = spellings.filter(({ what, finds }, at) => finds && (at < 2 || what === 'by its id'));
        for (const { what, parameters } of two) {
          const absent = withAbsentName(trial.prepared.parameters, parameters);
          if (absent === undefined) continue;
          const [present, missing] = await Promise.all([
            call(trial, nothing, parameters),
            call(trial, nothing, absent),
          ]);
          const difference = differenceOf(present, parameters, missing, absent);
          if (difference !== undefined) faults.push(`${trial.title}: ${parameter} ${what}: ${difference}`);
        }
      }
      assert.deepEqual(faults, []);
    });
  });
});

/** Returns the request with unknown names of the same length and form. */
function withAbsentName(
  prepared: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const names = Object.keys(parameters).filter(
    (name) => /Name$|Id$|Arn$|Number$|^Resource(?:Names|Id|PrincipalName)/.test(name) && name !== 'GuardName',
  );
  if (names.length === 0 || prepared['PolicyType'] === 'System') return undefined;
  return {
    ...parameters,
    ...Object.fromEntries(names.map((name) => [name, absentLike(parameters[name] ?? '')])),
  };
}

/** Returns another name of the same form: the letter or digit before the domain, or at the end, differs. */
function absentLike(value: string): string {
  const at = value.includes('@') ? value.indexOf('@') - 1 : value.replace(/[^A-Za-z0-9]+$/, '').length - 1;
  const char = value[at] ?? '';
  const other = /\d/.test(char) ? String((Number(char) + 5) % 10) : /[a-z]/.test(char) ? 'q' : 'Q';
  return `${value.slice(0, at)}${other === char ? 'x' : other}${value.slice(at + 1)}`;
}

/** Returns the difference between two refusals, except the requested names. */
function differenceOf(
  present: JsonAnswer,
  asked: Readonly<Record<string, string>>,
  missing: JsonAnswer,
  askedMissing: Readonly<Record<string, string>>,
): string | undefined {
  if (present.code !== 'NoPermission') return `is answered ${present.code}`;
  const one = comparable(present, asked);
  const other = comparable(missing, askedMissing);
  return one === other ? undefined : `${one} but for what is missing ${other}`;
}

function comparable(
  { status, code, message, body }: JsonAnswer,
  asked: Readonly<Record<string, string>>,
): string {
  const detail = { ...(body['AccessDeniedDetail'] as Record<string, string>) };
  detail['EncodedDiagnosticMessage'] = String(detail['EncodedDiagnosticMessage']?.length);
  let text = `${status} ${code} ${message} ${JSON.stringify(detail)}`;
  for (const value of Object.values(asked)) {
    for (const part of [value, value.split('@')[0] ?? '', value.slice(value.indexOf('/') + 1)]) {
      const name = part.replace(/^\["|"\]$/g, '');
      if (name.length > 3) text = text.replaceAll(`/${name} `, '/NAME ');
    }
  }
  return text;
}

/** Creates what every request needs, and one denied user for each entity that it names. */
async function prepareTrials(entities: SampleEntities): Promise<readonly Trial[]> {
  const { server, account } = entities;
  const found: Omit<Trial, 'denied'>[] = [];
  const denied: { readonly name: string; readonly resource: string }[] = [];
  const users = new Map<string, UserEntity>();
  for (const one of requestCases()) {
    const prepared = await one.prepare(entities, `${entities.prefix}-${one.name}`);
    await readUsers(entities, users);
    const request = {
      operation: one.operation,
      parameters: prepared.parameters,
      makes: prepared.makes ?? [],
      user: (name: string) => users.get(name),
    };
    for (const [at, named] of namedEntities(request).entries()) {
      const resource = prepared.on.find((on) => named.resource.test(on));
      if (resource === undefined) continue;
      found.push({ ...one, prepared, named });
      denied.push({ name: `deny-${at}-${one.name}`, resource });
    }
  }
  const keys = await server.services.store.write(async (transaction) => {
    const scope = await operatorScope(server.services, transaction, account.accountId, now);
    const made: ClientKey[] = [];
    for (const { name, resource } of denied) made.push(await makeDenied(scope, name, resource));
    return made;
  });
  return found.map((one, at) => ({ ...one, denied: keys[at]! }));
}

/** Reads every user of the account by name and by id, including the recycle bin. */
async function readUsers(entities: SampleEntities, users: Map<string, UserEntity>): Promise<void> {
  const { accountId, domain } = entities.account;
  const rows = await entities.server.services.store.queries
    .selectFrom('users')
    .select(['user_id', 'user_name'])
    .where('account_id', '=', accountId)
    .execute();
  for (const { user_id: UserId, user_name: UserName } of rows) {
    const user = { UserId, UserName, UserPrincipalName: `${UserName}@${domain}` };
    users.set(UserName, user).set(UserId, user);
  }
}

/** Creates a user with every permission except on one resource. */
async function makeDenied(scope: Scope, name: string, resource: string): Promise<ClientKey> {
  const profile = { displayName: '', comments: '', email: '', mobilePhone: '' };
  const { user_id: id } = await createUser(scope, { userName: name, ...profile });
  const { row, secret } = await createAccessKey(scope, { type: 'user', id, name });
  const statement = { Effect: 'Deny', Action: '*', Resource: resource };
  const document = JSON.stringify({ Version: '1', Statement: [statement] });
  await createPolicy(scope, { name, description: '', document, tags: [] });
  for (const policy of [
    { type: 'Custom', name },
    { type: 'System', name: 'AdministratorAccess' },
  ] as const) {
    await attachPolicy(scope, policy, { type: 'user', name });
  }
  return { accessKeyId: row.access_key_id, accessKeySecret: secret.reveal() };
}
