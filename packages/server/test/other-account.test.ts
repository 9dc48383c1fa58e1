/**
 * Every operation of the registry against the entities of another account: a caller with every permission in its own
 * account names another account's entities, and reads, changes and learns nothing.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Operation } from '../src/pipeline/operation.ts';
import { assertSameRows, readAccountRows, readKeyUses } from './account-rows.ts';
import type { ClientKey } from './clients.ts';
import type { Prepared } from './prepared-request.ts';
import { GLOBAL_EFFECT_OPERATIONS, type RequestCase, requestCases } from './prepared-requests.ts';
import { callRaw, type JsonAnswer } from './raw-request.ts';
import { SampleEntities, trusting } from './sample-entities.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

/** Refusals of a parameter that names an unknown entity. */
const NOT_FOUND_CODES: Readonly<Record<string, readonly string[]>> = {
  UserName: ['EntityNotExist.User'],
  UserPrincipalName: ['EntityNotExist.User'],
  PrincipalName: ['EntityNotExist.User', 'EntityNotExist.Role'],
  UserId: ['EntityNotExist.User'],
  'ResourceId.1': ['EntityNotExist.User'],
  'ResourcePrincipalName.1': ['EntityNotExist.User'],
  UserAccessKeyId: ['EntityNotExist.User.AccessKey'],
  AccessKey: ['EntityNotExist.User.AccessKey'],
  GroupName: ['EntityNotExist.Group'],
  RoleName: ['EntityNotExist.Role'],
  PolicyName: ['EntityNotExist.Policy'],
  ResourceNames: ['EntityNotExist.Role', 'EntityNotExist.Policy'],
  SerialNumber: ['EntityNotExist.VirtualMFADevice'],
  PasskeyId: ['EntityNotExist.User.Passkey'],
  ServiceCredentialId: ['EntityNotExist.User.ServiceCredential'],
  AppId: ['EntityNotExist.Application', 'EntityNotExist.Application.Provision'],
  AppSecretId: ['EntityNotExist.Application.AppSecret'],
  SAMLProviderName: ['EntityNotExist.SAMLProvider'],
  OIDCProviderName: ['EntityNotExist.OIDCProvider'],
  GuardName: ['EntityNotExist.Guard'],
  EncodedDiagnosticMessage: ['InvalidEncodedDiagnosticMessage'],
  // Nothing is revealed of another account's roles, not even whether they exist.
  RoleArn: ['NoPermission'],
};

/** Parameters that name no entity; every other one has to be in `NOT_FOUND_CODES`. */
const NAMES_NOTHING = new Set([
  'AcceptUnsolicited',
  'AllowConsoleLogin',
  'CustomSuffix',
  'NewAllowConsoleLogin',
  'ServiceName',
  'UserNamePrefix',
  'Search',
  'OrderBy',
  'Descending',
  'Note',
  'UnusedDays',
  'NameList',
  'CredentialChangesNeedMFA',
  'PresignedIdentityAllowed',
  'RoleSessionsEndWithAccessKey',
  'Target',
  'AccessKeyPolicy',
  'AccountAlias',
  'AllUsers',
  'AppName',
  'AppType',
  'AssumeRolePolicyDocument',
  'AuthenticationCode1',
  'AuthenticationCode2',
  'CascadingDelete',
  'ClientId',
  'Days',
  'DefaultDomainName',
  'DisplayName',
  'Email',
  'EnableSaveMFATicket',
  'EncodedSAMLMetadataDocument',
  'Filter',
  'ExpireDate',
  'Fingerprint',
  'GovernanceItemType',
  'IssuerUrl',
  'Kind',
  'LookupAttribute.1.Key',
  'LookupAttribute.1.Value',
  'MetadataDocument',
  'MinimumPasswordLength',
  'MobilePhone',
  'NewComments',
  'NewDescription',
  'NewDisplayName',
  'NewPassword',
  'OldPassword',
  'PasskeyName',
  'Password',
  'PasswordResetRequired',
  'PolicyDocument',
  'PolicyType',
  'PrincipalType',
  'ResourceType',
  'RoleSessionName',
  'ServiceCredentialName',
  'ServiceName',
  'SimulatedAction',
  'SimulatedResource',
  'SsoEnabled',
  'Status',
  'Tag',
  'Tag.1.Key',
  'Tag.1.Value',
  'TagKey.1',
  'TagKeys',
  'VerifyType',
  'VersionId',
]);

/** The same request on entities of the one account, and of the other. */
interface Pair extends RequestCase {
  readonly theirs: Prepared;
  readonly own: Prepared;
}

/** Call that names an entity of the other account. */
interface Attempt {
  readonly title: string;
  readonly pair: Pair;
  readonly parameters: Readonly<Record<string, string>>;
  readonly codes: readonly string[];
}

eachServer((_, start) => {
  describe("another account's entities", () => {
    let server: TestServer;
    let theirs: SampleEntities;
    let own: SampleEntities;
    let rootKey: ClientKey;
    let pairs: readonly Pair[];
    /** Account that existed before the others, with the answers it received then. */
    let first: SampleEntities;
    let questions: readonly Question[];
    let answers: ReadonlyMap<string, unknown>;

    before(async () => {
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      theirs = new SampleEntities(server, server.account, 'a', now, vendor);
      own = new SampleEntities(server, await server.newAccount(), 'b', now, vendor);
      first = new SampleEntities(server, await server.newAccount(), 'first', now, vendor);
      questions = await prepareQuestions(first);
      await first.do('2019-08-15', 'GenerateGovernanceReport');
      answers = await ask(first, questions);
      await fill(theirs);
      rootKey = await own.account.rootKey();
      const made: Pair[] = [];
      for (const one of requestCases()) {
        made.push({
          ...one,
          theirs: await one.prepare(theirs, `a-${one.name}`),
          own: await one.prepare(own, `b-${one.name}`),
        });
      }
      pairs = made;
    });

    const call = ({ pair: { operation }, parameters }: Attempt, key: ClientKey) =>
      callRaw(server.url, key, 'ACS3 with a form', {
        version: operation.version,
        action: operation.name,
        parameters,
      });

    const rowsOf = ({ account }: SampleEntities) => readAccountRows(server.services, account.accountId);

    const usesOf = ({ account }: SampleEntities) => readKeyUses(server.services, account.accountId);

    /** Returns what an answer reveals of other accounts that was not in the question; `undefined` if nothing. */
    const told = (
      attempt: Attempt,
      { body }: JsonAnswer,
      others: readonly SampleEntities[],
    ): string | undefined => {
      const asked = Object.values(attempt.parameters);
      // Reports are encoded.
      const content = Buffer.from(String(body['Content'] ?? ''), 'base64').toString();
      const text = JSON.stringify(body) + content;
      const secrets = others.flatMap((other) => [other.mark, other.account.accountId, ...other.told]);
      return secrets.find((one) => text.includes(one) && !asked.some((value) => value.includes(one)));
    };

    /** Makes the calls, and returns the unexpected answers. */
    const faultsOf = async (
      attempts: readonly Attempt[],
      key: ClientKey,
      others: readonly SampleEntities[] = [first, theirs],
    ): Promise<string[]> => {
      const faults: string[] = [];
      for (const attempt of attempts) {
        const answer = await call(attempt, key);
        const { code, message } = answer;
        if (!attempt.codes.includes(code)) faults.push(`${attempt.title}: ${code}: ${message}`);
        const secret = told(attempt, answer, others);
        if (secret !== undefined) faults.push(`${attempt.title}: tells ${secret}`);
      }
      return faults;
    };

    test('every parameter of every request is declared to name an entity, or none', () => {
      const names = new Set(pairs.flatMap(({ theirs }) => Object.keys(theirs.parameters)));
      const made = new Set(pairs.flatMap(({ theirs }) => theirs.makes ?? []));
      const unknown = [...names].filter(
        (name) => !(name in NOT_FOUND_CODES || NAMES_NOTHING.has(name) || made.has(name)),
      );
      assert.deepEqual(unknown, []);
    });

    test('are not found, alone or beside own ones, and nothing changes in either account', async () => {
      const attempts = pairs.flatMap(refusedAttempts);
      const before = [await rowsOf(theirs), await rowsOf(own)] as const;
      const uses = await usesOf(theirs);
      assert.deepEqual(await faultsOf(attempts, own.account.key), []);
      assertSameRows(before[0], await rowsOf(theirs), 'the other account');
      assertSameRows(uses, await usesOf(theirs), 'the keys of the other account');
      assertSameRows(before[1], await rowsOf(own), 'the account that asked');
      assert.ok(attempts.length > 150, `${attempts.length} calls name something of the other account`);
    });

    test('are not found by the account root', async () => {
      const attempts = pairs
        .flatMap(refusedAttempts)
        // The root has no password of that kind.
        .filter(({ pair }) => pair.operation.name !== 'ChangePassword');
      const before = [await rowsOf(theirs), await rowsOf(own)] as const;
      assert.deepEqual(await faultsOf(attempts, rootKey), []);
      assertSameRows(before[0], await rowsOf(theirs), 'the other account');
      assertSameRows(before[1], await rowsOf(own), 'the account that asked');
    });

    test('of the same name are separate: no operation in one account affects the other', async () => {
      const before = [await rowsOf(theirs), await rowsOf(own)] as const;
      const vendor = new SampleEntities(server, await server.newAccount(), 'other-vendor', now);
      const twin = new SampleEntities(server, await server.newAccount(), 'twin', now, vendor);
      const attempts: Attempt[] = [];
      for (const pair of pairs) {
        // It would have to be the caller's own password.
        if (pair.operation.name === 'ChangePassword') continue;
        const { parameters } = await pair.prepare(twin, `a-${pair.name}`);
        attempts.push({ title: pair.title, pair, parameters, codes: ['OK'] });
      }
      const others = [first, theirs, own];
      assert.deepEqual(await faultsOf(lastOnes(attempts), twin.account.key, others), []);
      assertSameRows(before[0], await rowsOf(theirs), 'the other account');
      assertSameRows(before[1], await rowsOf(own), 'the third account');
    });

    test('a tag of a policy does not apply to a policy of the same name in another account', async () => {
      for (const entities of [theirs, own]) await entities.policy('tagged-in-one');
      await theirs.tagged('policy', 'tagged-in-one');
      const find = (Tag: object) => own.do(RAM, 'ListPolicies', { Tag: JSON.stringify([Tag]) });
      for (const tag of [{ Key: 'owner' }, { Key: 'owner', Value: theirs.mark }]) {
        const { Policies } = (await find(tag)) as {
          readonly Policies: { readonly Policy: readonly { readonly PolicyName: string }[] };
        };
        const found = Policies.Policy.map(({ PolicyName }) => PolicyName);
        assert.ok(!found.includes('tagged-in-one'), `${JSON.stringify(tag)} finds ${found}`);
      }
    });

    test('settings, lists and counts of an account do not change when another account gets entities', async () => {
      await first.do('2019-08-15', 'GenerateGovernanceReport');
      assert.ok(questions.length > 30, `${questions.length} questions name nothing`);
      assert.deepEqual(await ask(first, questions), answers);
    });

    test("a role of another account is assumed if it trusts the caller's, and not otherwise", async () => {
      const trusts = async (RoleName: string, who: TestAccount) => {
        await theirs.do(RAM, 'CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${who.accountId}:root`] }),
        });
        return `acs:ram::${theirs.account.accountId}:role/${RoleName}`;
      };
      const open = await trusts('open-to-b', own.account);
      const shut = await trusts('open-to-a', theirs.account);
      const member = await server.newUser(own.account, 'without-policies');
      const before = await rowsOf(theirs);
      const assume = (key: ClientKey, RoleArn: string) =>
        callRaw(server.url, key, 'ACS3', {
          version: '2015-04-01',
          action: 'AssumeRole',
          parameters: { RoleArn, RoleSessionName: 'visit' },
        });
      const codes = async (arn: string) => [
        (await assume(own.account.key, arn)).code,
        (await assume(member.key, arn)).code,
      ];
      assert.deepEqual(await codes(open), ['OK', 'NoPermission']);
      assert.deepEqual(await codes(shut), ['NoPermission', 'NoPermission']);
      assertSameRows(before, await rowsOf(theirs), 'the account that trusts');
    });
  });
});

/** Creates one entity of each kind whose name is the account's mark, and sets everything that can be set. */
async function fill(entities: SampleEntities): Promise<void> {
  const { mark } = entities;
  await entities.member(mark);
  await entities.userWithDevice(`${mark}-too`);
  await entities.recycledUser(`${mark}-gone`);
  await entities.role(mark);
  await entities.policy(mark);
  await entities.samlProvider(mark);
  await entities.oidcProvider(mark);
  await entities.application(mark);
  await entities.do('2019-08-15', 'ProvisionExternalApplication', {
    AppId: await entities.foreignApplication(mark),
  });
  const restriction = { Type: 'ClassicWhiteList', IPList: ['198.51.100.77'] };
  await entities.do('2019-08-15', 'SetAccessKeyPolicyForAccount', {
    AccessKeyPolicy: JSON.stringify({ Status: 'Inactive', Statements: [restriction] }),
  });
  await entities.do('2019-08-15', 'SetSecurityPreference', {
    LoginNetworkMasks: '198.51.100.77',
    LoginSessionDuration: '7',
    MaxIdleDaysForUsers: '90',
  });
  await entities.do('2019-08-15', 'SetPasswordPolicy', { MinimumPasswordLength: '11', MaxPasswordAge: '77' });
  await entities.do('2019-08-15', 'SetUserSsoSettings', { AuxiliaryDomain: `${mark}.example.com` });
  await entities.do('2026-11-24', 'SetAccessKeyExpiryCeiling', { Days: '77' });
}

/** Request that names no entity. */
interface Question {
  readonly title: string;
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Returns every request of an account that names no entity. */
async function prepareQuestions(entities: SampleEntities): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const { title, operation, name, prepare } of requestCases()) {
    if (operation.access !== 'read') continue;
    const prepared = await prepare(entities, `${entities.prefix}-${name}`);
    if (namesOf(prepared).length > 0 || prepared.elsewhere !== undefined) continue;
    questions.push({ title, operation, parameters: prepared.parameters });
  }
  return questions;
}

/** Returns the answers by question. */
async function ask(
  entities: SampleEntities,
  questions: readonly Question[],
): Promise<ReadonlyMap<string, unknown>> {
  const answers = new Map<string, unknown>();
  for (const { title, operation, parameters } of questions) {
    const { RequestId: _, ...answer } = await entities.do(operation.version, operation.name, parameters);
    answers.set(title, answer);
  }
  return answers;
}

/** Returns the parameters of a request that name an existing entity. */
const namesOf = ({ parameters, makes = [] }: Prepared): readonly string[] =>
  Object.keys(parameters).filter((name) => name in NOT_FOUND_CODES && !makes.includes(name));

/** Returns whether a request creates an entity and names no other. */
const isMaker = ({ theirs }: Pair) => theirs.makes !== undefined && namesOf(theirs).length === 0;

/** Returns the same calls, with those last that change what all others depend on. */
function lastOnes(attempts: readonly Attempt[]): readonly Attempt[] {
  const isLast = ({ pair }: Attempt) => GLOBAL_EFFECT_OPERATIONS.includes(pair.operation.name);
  return [...attempts.filter((one) => !isLast(one)), ...attempts.filter(isLast)];
}

/** Returns the request with the other account's names: all of them, and each alone and together beside own ones. */
function refusedAttempts(pair: Pair): readonly Attempt[] {
  const { title, theirs, own } = pair;
  if (isMaker(pair)) return [];
  if (theirs.elsewhere !== undefined) {
    const { code, parameters = theirs.parameters } = theirs.elsewhere;
    return [{ title, pair, parameters, codes: [code] }];
  }
  const names = namesOf(theirs);
  return selectionsOf(names).map((selection) => ({
    title: `${title} with the other’s ${selection.join(' and ')}`,
    pair,
    parameters: {
      ...own.parameters,
      ...Object.fromEntries(selection.map((name) => [name, theirs.parameters[name] ?? ''])),
    },
    codes: selection.flatMap((name) => NOT_FOUND_CODES[name] ?? []),
  }));
}

/** Returns every non-empty selection of the names. */
function selectionsOf([first, ...rest]: readonly string[]): readonly (readonly string[])[] {
  if (first === undefined) return [];
  const others = selectionsOf(rest);
  return [[first], ...others, ...others.map((selection) => [first, ...selection])];
}
