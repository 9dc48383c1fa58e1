/**
 * Every parameter of every operation of the registry: missing, too long, malformed, given twice. Each is refused as
 * that parameter's fault and changes nothing; a value just within the rules reaches the permission check.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { AnyOperation } from '../src/pipeline/operation.ts';
import { assertSameRows, readAccountRows } from './account-rows.ts';
import type { ClientKey } from './clients.ts';
import {
  INVALID_BOOLEANS,
  invalidIntegers,
  invalidTexts,
  invalidWords,
  TEXT_FACTS,
  type TextFact,
} from './invalid-values.ts';
import { EVERY_OPERATION, requestCases, UNSIGNED_OPERATIONS } from './prepared-requests.ts';
import { callRaw, type JsonAnswer, readJson, send, signedRequest } from './raw-request.ts';
import { password, SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

type Schema = Readonly<Record<string, unknown>>;

type Parameters = Readonly<Record<string, string>>;

/** Operation with a valid request. */
interface Subject {
  readonly operation: AnyOperation;
  readonly right: Parameters;
  /** Whether every caller may call it. */
  readonly isOpen: boolean;
}

/** Call with one invalid parameter. */
interface InvalidCall extends Subject {
  readonly what: string;
  readonly parameter: string;
  readonly parameters: Parameters;
  /** Expected codes. */
  readonly codes: RegExp;
}

/** Call with values just within the rules. */
interface ValidCall extends Subject {
  readonly what: string;
  readonly parameters: Parameters;
}

/** Parameters that exclude each other. */
const alternatives = [
  ['UserPrincipalName', 'UserId', 'UserAccessKeyId'],
  ['ResourceId', 'ResourcePrincipalName'],
];

/** Operations in which one alternative has a meaning beside the other. */
const WITHOUT_ALTERNATIVES = /AccessKey|RecycleBin/;

/** Parameters whose form limits them before their length does. */
const SHORTER_FORMS = new Set([
  'MobilePhone',
  'NewMobilePhone',
  'OIDCProviderArn',
  'RoleArn',
  'SAMLProviderArn',
  'SerialNumber',
  'DefaultDomainName',
  'Filter',
]);

/** Codes of RAM for a fault of one parameter that differ from the usual form. */
const CODES_OF_PARAMETER: Readonly<Record<string, string>> = {
  AssumeRolePolicyDocument: 'MalformedPolicyDocument',
  NewAssumeRolePolicyDocument: 'MalformedPolicyDocument',
  PolicyDocument: 'MalformedPolicyDocument',
  Policy: String.raw`InvalidParameter\.Policy(?:Size|Grammar)`,
  AuthenticationCode1: String.raw`InvalidParameter\.AuthenticationCode\.\w+`,
  AuthenticationCode2: String.raw`InvalidParameter\.AuthenticationCode\.\w+`,
  Password: String.raw`InvalidParameter\.Password\.TooWeak`,
  NewPassword: String.raw`InvalidParameter\.Password\.TooWeak`,
  ResourceGroupId: 'InvalidParameter',
  Tag: 'InvalidParameter',
};

/** Returns a pattern of the codes for a fault of a parameter. */
const fault = (parameter: string): RegExp => {
  const itself = String.raw`${parameter}(?:\.[\w-]*)*`;
  const codes = [`Missing${itself}`, `Invalid${itself}`, String.raw`InvalidParameter\.${itself}`];
  return new RegExp(`^(?:${[...codes, ...[CODES_OF_PARAMETER[parameter] ?? []].flat()].join('|')})$`);
};

const without = (parameters: Parameters, ...names: readonly string[]): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).filter(
      ([name]) => !names.some((one) => name === one || name.startsWith(`${one}.`)),
    ),
  );

/** Returns the valid request with another value of one parameter, and without those that exclude it. */
function withValue({ operation, right }: Subject, name: string, given: Parameters): Parameters {
  const group =
    WITHOUT_ALTERNATIVES.test(operation.name) && !operation.name.endsWith('UserInRecycleBin')
      ? undefined
      : alternatives.find(
          (one) => one.includes(name) && one.filter((other) => other in operation.input).length > 1,
        );
  return { ...without(right, name, ...(group ?? [])), ...given };
}

const isFederated = ({ access }: AnyOperation) => access === 'anonymous';

function factOf(operation: AnyOperation, parameter: string): TextFact {
  const known = TEXT_FACTS[`${operation.name} ${parameter}`] ?? TEXT_FACTS[parameter];
  assert.ok(known, `say in invalid-values.ts what ${parameter} of ${operation.name} may hold`);
  return known;
}

/** Returns the invalid calls for one parameter. */
function invalidCalls(subject: Subject, parameter: string): readonly InvalidCall[] {
  const { operation } = subject;
  const { required, schema } = operation.input[parameter]!;
  const wrong = (what: string, given: Parameters, codes = fault(parameter)): InvalidCall => ({
    ...subject,
    what: `${operation.product} ${operation.name}: ${parameter} ${what}`,
    parameter,
    parameters: withValue(subject, parameter, given),
    codes,
  });
  const calls: InvalidCall[] = [];
  if (required && TEXT_FACTS[parameter]?.emptyIsMeant) calls.push(wrong('missing', {}));
  else if (required) {
    const missing = new RegExp(
      `^Missing${isFederated(operation) ? String.raw`Parameter\.` : ''}${parameter}$`,
    );
    calls.push(wrong('missing', {}, missing), wrong('empty', { [parameter]: '' }, missing));
  }
  const values = (what: string, list: readonly string[], codes?: RegExp) => {
    for (const value of list) calls.push(wrong(`${what} ${shown(value)}`, { [parameter]: value }, codes));
  };
  if (schema['type'] === 'array') calls.push(...wrongLists(subject, parameter, schema, required, wrong));
  else if (schema['type'] === 'integer') values('is', invalidIntegers(schema), numberFault(parameter));
  else if (schema['type'] === 'boolean') values('is', INVALID_BOOLEANS, formFault(parameter));
  else if (schema['enum'] !== undefined)
    values('is', invalidWords(schema['enum'] as string[]), formFault(parameter));
  else {
    values('is', invalidTexts(factOf(operation, parameter)));
    values(
      'is too long:',
      [tooLong(schema)],
      schema['maxLength'] === undefined ? undefined : lengthFault(operation, parameter),
    );
    const shortest = Number(schema['minLength'] ?? 0);
    if (shortest > 1) values('is too short:', ['x'.repeat(shortest - 1)]);
  }
  return calls;
}

const sts = (parameter: string) => String.raw`InvalidParameter\.(?:${parameter}|PolicySize)`;

const numberFault = (parameter: string) =>
  new RegExp(
    String.raw`^(?:InvalidParameter\.${parameter}\.(?:Format|Range)|InvalidParameter\.DurationSeconds)$`,
  );

const formFault = (parameter: string) => new RegExp(String.raw`^InvalidParameter\.${parameter}\.Format$`);

const lengthFault = ({ product }: AnyOperation, parameter: string) =>
  new RegExp(
    `^(?:InvalidParameter\\.${parameter}\\.Length${product === 'Sts' ? `|${sts(parameter)}` : ''})$`,
  );

const tooLong = (schema: Schema) => '1'.repeat(Number(schema['maxLength'] ?? 20_000) + 1);

function wrongLists(
  { operation }: Subject,
  parameter: string,
  schema: Schema,
  required: boolean,
  wrong: (what: string, given: Parameters, codes?: RegExp) => InvalidCall,
): readonly InvalidCall[] {
  const items = schema['items'] as Schema;
  const fields = items['properties'] as Readonly<Record<string, Schema>> | undefined;
  const rightItem = (at: number): Record<string, string> => {
    if (fields === undefined) return { [`${parameter}.${at}`]: rightText(operation, parameter, items) };
    return Object.fromEntries(
      Object.entries(fields).map(([field, { type, minimum }]) => {
        const text = type === 'integer' ? String(minimum) : factOf(operation, `${parameter}.${field}`).right;
        return [`${parameter}.${at}.${field}`, `${text}${at === 1 || field !== 'Key' ? '' : at}`];
      }),
    );
  };
  const most = Number(schema['maxItems']);
  const tooMany = Object.assign({}, ...Array.from({ length: most + 1 }, (_, at) => rightItem(at + 1)));
  const renumbered = (number: string) =>
    Object.fromEntries(
      Object.entries(rightItem(1)).map(([key, value]) => [key.replace('.1', `.${number}`), value]),
    );
  const json = (items: unknown) => ({ [parameter]: JSON.stringify(items) });
  const calls = [
    ...['x', '{}', '"x"', '1', '[', '[[]]', '[null]', '[{"a":{}}]'].map((text) =>
      wrong(`is ${text}`, { [parameter]: text }),
    ),
    ...(required
      ? ['[]', 'null'].map((text) =>
          wrong(`is the empty list ${text}`, { [parameter]: text }, new RegExp(`^Missing${parameter}$`)),
        )
      : []),
    wrong(`has more than ${most} items`, tooMany),
    wrong(`has more than ${most} items in JSON`, json(Object.values(tooMany))),
    ...['0', '-1', 'x', '01', '1x', '99999'].map((number) => wrong(`.${number}`, renumbered(number))),
    wrong('is given whole and in parts', { ...json([]), ...rightItem(1) }),
    wrong('is given whole and in parts', { ...json(['x']), ...rightItem(2) }),
  ];
  if (fields === undefined) {
    const texts =
      items['enum'] === undefined
        ? invalidTexts(factOf(operation, parameter))
        : invalidWords(items['enum'] as string[]);
    const long = items['maxLength'] === undefined ? [] : [tooLong(items)];
    for (const text of ['', ...texts, ...long]) {
      calls.push(wrong(`.1 is ${shown(text)}`, { [`${parameter}.1`]: text }));
      calls.push(wrong(`is a list of ${shown(text)}`, json([text])));
    }
    return calls;
  }
  calls.push(wrong('is a list of texts', json(['x'])));
  for (const [field, fieldSchema] of Object.entries(fields)) {
    const key = `${parameter}.1.${field}`;
    if (fieldSchema['type'] === 'integer') {
      for (const text of ['', ...invalidIntegers(fieldSchema)]) {
        calls.push(wrong(`.1.${field} is ${shown(text)}`, { ...rightItem(1), [key]: text }));
      }
      continue;
    }
    const texts = [...invalidTexts(factOf(operation, `${parameter}.${field}`)), tooLong(fieldSchema)];
    for (const text of field === 'Key' ? ['', ...texts] : texts) {
      // Filters may contain values that no tag can have.
      if (operation.access === 'read' && parameter === 'Tag' && /^(?:acs:|aliyun)|http/.test(text)) continue;
      calls.push(wrong(`.1.${field} is ${shown(text)}`, { ...rightItem(1), [key]: text }));
    }
  }
  return calls;
}

const rightText = (operation: AnyOperation, parameter: string, schema: Schema): string =>
  (schema['enum'] as readonly string[] | undefined)?.[0] ?? factOf(operation, parameter).right;

/**
 * Further parameters that a value of a parameter requires: without them it is refused before the permission check.
 */
const REQUIRED_WITH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'RevokeSessions Target User': { UserPrincipalName: 'existing@example.onaliyun.com' },
  'RevokeSessions Target AccessKey': { UserAccessKeyId: 'LTAI5tExisting0000000000' },
};

const shown = (text: string) =>
  text.length > 60 ? `${text.slice(0, 20)}… (${text.length})` : JSON.stringify(text);

/** Returns calls with values just within the rules of one parameter. */
function validCalls(subject: Subject, parameter: string): readonly ValidCall[] {
  const { operation, right } = subject;
  const { required, schema } = operation.input[parameter]!;
  const calls: ValidCall[] = [];
  const accept = (value: string) =>
    calls.push({
      ...subject,
      what: `${operation.product} ${operation.name}: ${parameter} ${shown(value)}`,
      parameters: withValue(subject, parameter, {
        ...REQUIRED_WITH[`${operation.name} ${parameter} ${value}`],
        [parameter]: value,
      }),
    });
  // A parameter that names the user is kept: without it the request would mean the caller, or no user.
  if (!required && !Object.keys(right).some((name) => name.split('.')[0] === parameter)) {
    // Older Go clients always send a list, as `null` if it is left out; others send the empty list.
    const absent = schema['type'] === 'array' ? ['', 'null', '[]'] : [''];
    for (const value of absent) {
      calls.push({
        ...subject,
        what: `${operation.product} ${operation.name}: ${parameter} absent as ${JSON.stringify(value)}`,
        parameters: { ...right, [parameter]: value },
      });
    }
  }
  const words = schema['enum'] as readonly (string | number)[] | undefined;
  switch (schema['type']) {
    case 'array':
      break;
    case 'integer':
      for (const number of words ?? [schema['minimum'], schema['maximum']]) accept(String(number));
      break;
    case 'boolean':
      for (const word of ['true', 'false', 'True', 'FALSE']) accept(word);
      break;
    default:
      for (const word of words ?? longest(subject, parameter, schema)) accept(String(word));
  }
  return calls;
}

/** Returns the longest texts that a parameter accepts. */
function longest(
  { operation, right: request }: Subject,
  parameter: string,
  schema: Schema,
): readonly string[] {
  const { form, right, takesAnything } = factOf(operation, parameter);
  if (schema['maxLength'] === undefined || SHORTER_FORMS.has(parameter))
    return [request[parameter] ?? right].filter((text) => text !== '');
  const length = Number(schema['maxLength']);
  // A character beyond 16 bits counts once.
  if (form === 'line' || form === 'text')
    return ['🔑'.repeat(length), ...(form === 'text' ? ['a\r\n\tb'] : [])];
  if (form === 'other' && takesAnything === undefined) return [right].filter((text) => text !== '');
  const padding = length - right.length;
  const pattern = new RegExp(String(schema['pattern'] ?? ''), 'u');
  const texts = ['a', '1'].flatMap((sign) => [
    `${right}${sign.repeat(padding)}`,
    `${sign.repeat(padding)}${right}`,
  ]);
  const fitting = texts.find((text) => pattern.test(text));
  assert.ok(fitting, `${operation.name} takes no ${parameter} of ${length} characters`);
  return [fitting];
}

/** Returns the parameters that the API descriptions have as lists. */
function describedLists(): readonly {
  readonly version: string;
  readonly name: string;
  readonly parameter: string;
}[] {
  const folder = new URL('../api-description/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { version, operations } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
        readonly version: string;
        readonly operations: Readonly<
          Record<string, { readonly parameters?: Readonly<Record<string, { readonly type: unknown }>> }>
        >;
      };
      return Object.entries(operations).flatMap(([name, { parameters = {} }]) =>
        Object.entries(parameters)
          .filter(([, { type }]) => Array.isArray(type))
          .map(([parameter]) => ({ version, name, parameter })),
      );
    });
}

eachServer((_, start) => {
  describe('the parameters of every operation', () => {
    let server: TestServer;
    let entities: SampleEntities;
    /** User without permissions. */
    let unprivileged: ClientKey;
    const subjects: Subject[] = [];

    before(async () => {
      const now = Date.now();
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      entities = new SampleEntities(server, server.account, 'a', now, vendor);
      await entities.do('2019-08-15', 'SetSecurityPreference', {
        AllowUserToChangePassword: 'false',
        AllowUserToManageMFADevices: 'false',
      });
      await entities.do('2015-05-01', 'CreateLoginProfile', {
        UserName: 'administrator',
        Password: password,
      });
      unprivileged = (await server.newUser(server.account, 'unprivileged')).key;
      for (const { operation, name, prepare } of requestCases()) {
        if (subjects.some((subject) => subject.operation === operation)) continue;
        const { parameters, on } = await prepare(entities, name);
        subjects.push({ operation, right: parameters, isOpen: on.length === 0 });
      }
      for (const operation of UNSIGNED_OPERATIONS) {
        subjects.push({ operation, right: await federated(operation), isOpen: false });
      }
    });

    /** Returns a request of an unsigned operation; its proof is not valid. */
    const federated = async ({ name }: AnyOperation): Promise<Parameters> => {
      const kind = name.endsWith('SAML') ? 'SAML' : 'OIDC';
      const provider = `of-${name}`.toLowerCase();
      await (kind === 'SAML' ? entities.samlProvider(provider) : entities.oidcProvider(provider));
      const { accountId } = entities.account;
      return {
        [`${kind}ProviderArn`]: `acs:ram::${accountId}:${kind.toLowerCase()}-provider/${provider}`,
        RoleArn: `acs:ram::${accountId}:role/${await entities.role(provider)}`,
        ...(kind === 'SAML' ? { SAMLAssertion: 'abcd' } : { OIDCToken: 'abcd', RoleSessionName: 'visit' }),
      };
    };

    const rows = () => readAccountRows(server.services, server.account.accountId);

    /** Returns the number of executed changes, by the audit record. */
    const done = async () => {
      const { count } = await server.services.store.queries
        .selectFrom('audit_records')
        .select((all) => all.fn.countAll<number>().as('count'))
        .where('event_rw', '=', 'Write')
        .where('error_code', '=', '')
        .executeTakeFirstOrThrow();
      return Number(count);
    };

    const call = (
      { operation: { version, name: action } }: Subject,
      parameters: Parameters,
      key: ClientKey,
    ) => callRaw(server.url, key, 'ACS3 with a form', { version, action, parameters });

    /**
     * Makes the calls of one operation one after another, of several operations at a time; refused calls do not
     * affect each other.
     */
    const callAll = async <T>(calls: readonly T[], one: (call: T) => Promise<string | undefined>) => {
      const faults: string[] = [];
      const rest = [...calls];
      const worker = async () => {
        for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
          const fault = await one(next);
          if (fault !== undefined) faults.push(fault);
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return faults.sort();
    };

    const everyParameter = <T>(of: (subject: Subject, parameter: string) => readonly T[]): readonly T[] =>
      subjects.flatMap((subject) =>
        Object.keys(subject.operation.input).flatMap((name) => of(subject, name)),
      );

    const faultOf = ({ what, codes }: InvalidCall, { status, code, message }: JsonAnswer) =>
      status === 400 && codes.test(code) ? undefined : `${what}: ${status} ${code} ${message}`;

    test('a missing, too long or malformed one is named in the refusal, and changes nothing', async () => {
      const calls = everyParameter(invalidCalls);
      const before = [await rows(), await done()] as const;
      const faults = await callAll(calls, async (one) =>
        faultOf(one, await call(one, one.parameters, server.account.key)),
      );
      assert.deepEqual(faults, []);
      assertSameRows(before[0], await rows(), 'the account');
      assert.equal(await done(), before[1], 'something was done');
      assert.ok(calls.length > 8000, `${calls.length} calls`);
    });

    test('each is refused if given twice, in query and form or in one of them', async () => {
      const before = await rows();
      const calls = everyParameter((subject, parameter) => {
        const name =
          subject.operation.input[parameter]!.schema['type'] === 'array' ? `${parameter}.1` : parameter;
        return [{ ...subject, name, parameters: { ...without(subject.right, parameter), [name]: 'x' } }];
      });
      const faults = await callAll(
        calls,
        async ({ operation: { version, name: action }, name, parameters }) => {
          const signed = signedRequest(server.url, server.account.key, 'RPC 1.0 with a form', {
            version,
            action,
            parameters,
            format: 'JSON',
          });
          const form = Buffer.from(signed.body).toString();
          const answers = [
            await send(server.url, { ...signed, target: `/?${name}=y` }),
            await send(server.url, { ...signed, body: Buffer.from(`${form}&${name}=y`) }),
          ].map(readJson);
          const wrong = answers.find(
            ({ status, code, message }) =>
              status !== 400 || code !== 'InvalidParameter.Duplicate' || !message.includes(`\`${name}\``),
          );
          return wrong && `${action} ${name}: ${wrong.status} ${wrong.code} ${wrong.message}`;
        },
      );
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
    });

    test('a list of the API description is one of the operation, so that null, [] and empty mean absent', () => {
      const described = describedLists();
      assert.ok(described.length > 25);
      for (const { version, name, parameter } of described) {
        const operation = EVERY_OPERATION.find((one) => one.version === version && one.name === name);
        assert.ok(operation, name);
        const { schema } = operation.input[parameter] ?? {};
        assert.equal(schema?.['type'], 'array', `${operation.product} ${name} ${parameter}`);
      }
    });

    test('values just within the rules reach the permission check', async () => {
      const calls = everyParameter(validCalls);
      const before = await rows();
      const faults = await callAll(calls, async (one) => {
        const { code, message } = await call(one, one.parameters, unprivileged);
        const { operation, isOpen } = one;
        const reached = isFederated(operation) ? /^AuthenticationFail\./ : isOpen ? /^OK$/ : /^NoPermission$/;
        return reached.test(code) ? undefined : `${one.what}: ${code} ${message}`;
      });
      assert.deepEqual(faults, []);
      assertSameRows(before, await rows(), 'the account');
    });
  });
});
