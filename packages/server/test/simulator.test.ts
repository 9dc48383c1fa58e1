import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Browser, OWN } from './browser.ts';
import { callRaw, send, signedRequest } from './raw-request.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';

interface WireStatement {
  readonly PolicyName: string;
  readonly PolicyType: string;
  readonly Index: number;
  readonly Effect: string;
  readonly Matched: boolean;
  readonly Decisive: boolean;
  readonly Reasons: readonly string[];
  readonly Line: number;
  readonly EndLine: number;
}

interface WireSimulation {
  readonly Effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  readonly Statements: readonly WireStatement[];
  readonly Documents: readonly { readonly PolicyName: string; readonly PolicyDocument: string }[];
}

const policy = (...Statement: object[]) => JSON.stringify({ Version: '1', Statement }, undefined, 2);

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const { admin } = account;
    const simulate = async (parameters: Record<string, string>) =>
      (await admin.call(OWN, 'Simulate', parameters)) as unknown as WireSimulation;
    const attach = async (UserName: string, PolicyName: string, PolicyDocument: string) => {
      await admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument });
      await admin.callRpc(RAM, 'AttachPolicyToUser', { UserName, PolicyName, PolicyType: 'Custom' });
    };
    return { server, account, admin, simulate, attach };
  };
  const listUsers = (account: TestAccount) => ({
    SimulatedAction: 'ram:ListUsers',
    SimulatedResource: `acs:ram:*:${account.accountId}:user/*`,
  });
  const alice = { PrincipalType: 'ram-user', PrincipalName: 'alice' };

  test('a simulation returns the decision, the statement, and its lines', async () => {
    const { server, account, simulate, attach } = await fresh();
    await server.newUser(account, 'alice');
    const none = await simulate({ ...alice, ...listUsers(account) });
    assert.deepEqual([none.Effect, none.Statements], ['ImplicitDeny', []]);
    await attach(
      'alice',
      'lists',
      policy(
        { Effect: 'Allow', Action: 'oss:*', Resource: '*' },
        { Effect: 'Allow', Action: 'ram:List*', Resource: '*' },
      ),
    );
    const allowed = await simulate({ ...alice, ...listUsers(account) });
    assert.equal(allowed.Effect, 'Allow');
    assert.deepEqual(allowed.Statements, [
      {
        PolicyName: 'lists',
        PolicyType: 'Custom',
        VersionId: 'v1',
        Index: 1,
        Effect: 'Allow',
        Matched: true,
        Decisive: true,
        Reasons: ['it names the action and the resource, and its conditions hold'],
        Line: 9,
        EndLine: 13,
      },
    ]);
    const lines = allowed.Documents[0]!.PolicyDocument.split('\n').slice(8, 13).join('\n');
    assert.equal((JSON.parse(lines) as { Action: string }).Action, 'ram:List*');
    await attach(
      'alice',
      'not-from-inside',
      policy({
        Effect: 'Deny',
        Action: 'ram:*',
        Resource: '*',
        Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
      }),
    );
    const outside = await simulate({ ...alice, ...listUsers(account) });
    assert.equal(outside.Effect, 'Allow');
    assert.match(outside.Statements.find(({ Effect }) => Effect === 'Deny')!.Reasons[0]!, /acs:SourceIp/);
    const inside = await simulate({
      ...alice,
      ...listUsers(account),
      Conditions: JSON.stringify({ 'ACS:SourceIp': '10.1.2.3' }),
    });
    assert.equal(inside.Effect, 'ExplicitDeny');
    assert.deepEqual(
      inside.Statements.map((each) => [each.PolicyName, each.Matched, each.Decisive]),
      [
        ['lists', true, false],
        ['not-from-inside', true, true],
      ],
    );
  });

  test('a document is simulated without a principal, or in place of its policies', async () => {
    const { server, account, simulate } = await fresh();
    await server.newUser(account, 'alice');
    const PolicyDocument = policy({
      Effect: 'Allow',
      Action: 'ram:ListUsers',
      Resource: '*',
      Condition: { Bool: { 'acs:MFAPresent': 'true' } },
    });
    const tried = { ...listUsers(account), PolicyDocument };
    assert.equal((await simulate(tried)).Effect, 'ImplicitDeny');
    const withMfa = { ...tried, Conditions: '{"acs:MFAPresent":true}' };
    assert.equal((await simulate(withMfa)).Effect, 'Allow');
    assert.equal((await simulate({ ...withMfa, ...alice })).Effect, 'Allow');
    const admin = { PrincipalType: 'ram-user', PrincipalName: `administrator@${account.domain}` };
    assert.equal((await simulate({ ...tried, ...admin })).Effect, 'ImplicitDeny');
    assert.equal((await simulate({ ...listUsers(account), ...admin })).Effect, 'Allow');
    assert.equal((await simulate({ ...listUsers(account), PrincipalType: 'root' })).Effect, 'Allow');
  });

  test('AssumeRole is simulated on both sides, and both are shown', async () => {
    const { server, account, simulate, attach, admin } = await fresh();
    await server.newUser(account, 'alice');
    const RoleArn = `acs:ram::${account.accountId}:role/guest`;
    const asked = { ...alice, SimulatedAction: 'sts:AssumeRole', SimulatedResource: RoleArn };
    await refused(simulate(asked), 'EntityNotExist.Role', 404);
    const trust = (user: string) =>
      policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { RAM: [`acs:ram::${account.accountId}:user/${user}`] },
      });
    await admin.callRpc(RAM, 'CreateRole', { RoleName: 'guest', AssumeRolePolicyDocument: trust('bob') });
    await attach('alice', 'assumes', policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }));
    assert.equal((await simulate(asked)).Effect, 'ImplicitDeny');
    await admin.callRpc(RAM, 'UpdateRole', {
      RoleName: 'guest',
      NewAssumeRolePolicyDocument: trust('alice'),
    });
    const both = await simulate(asked);
    assert.equal(both.Effect, 'Allow');
    assert.deepEqual(
      both.Statements.filter(({ Decisive }) => Decisive).map(({ PolicyType }) => PolicyType),
      ['Custom', 'Trust'],
    );
    assert.equal((await simulate({ ...asked, PrincipalType: 'root' })).Effect, 'ImplicitDeny');
    const foreign = await server.newAccount();
    const SimulatedResource = `acs:ram::${foreign.accountId}:role/guest`;
    await refused(simulate({ ...asked, SimulatedResource }), 'InvalidParameter', 400);
  });

  test('simulating a principal needs claviger:Simulate, and reading its policies their permissions', async () => {
    const { server, account, attach, admin } = await fresh();
    const user = await server.newUser(account, 'reader');
    await server.newUser(account, 'alice');
    const call = (parameters: Record<string, string>) => user.clients.call(OWN, 'Simulate', parameters);
    const resource = (name: string) => `acs:ram:*:${account.accountId}:${name}`;
    const grant = (...pairs: readonly [string, string][]) =>
      pairs.map(([Action, name]) => ({ Effect: 'Allow', Action, Resource: resource(name) }));
    await attach('alice', 'hidden', policy({ Effect: 'Allow', Action: 'ram:ListUsers', Resource: '*' }));
    await admin.callRpc(RAM, 'CreateGroup', { GroupName: 'staff' });
    await admin.callRpc(RAM, 'AddUserToGroup', { UserName: 'alice', GroupName: 'staff' });
    await admin.callRpc(RAM, 'CreatePolicy', {
      PolicyName: 'of-group',
      PolicyDocument: policy({ Effect: 'Deny', Action: 'ram:ListUsers', Resource: '*' }),
    });
    await admin.callRpc(RAM, 'AttachPolicyToGroup', {
      GroupName: 'staff',
      PolicyName: 'of-group',
      PolicyType: 'Custom',
    });
    await refused(call({ ...alice, ...listUsers(account) }), 'NoPermission', 403);
    await attach('reader', 'simulates', policy(...grant(['claviger:Simulate', 'user/alice'])));
    const brought = { PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) };
    await call({ ...alice, ...listUsers(account), ...brought });
    const needed: readonly [string, string][] = [
      ['claviger:Simulate', 'user/alice'],
      ['ram:ListPoliciesForUser', 'user/alice'],
      ['ram:ListGroupsForUser', 'user/alice'],
      ['ram:ListPoliciesForGroup', 'group/staff'],
      ['ram:GetPolicy', 'policy/hidden'],
      ['ram:GetPolicy', 'policy/of-group'],
      ['ram:ListTagResources', 'user/alice'],
    ];
    const setPolicy = (...statements: object[]) =>
      admin.callRpc(RAM, 'CreatePolicyVersion', {
        PolicyName: 'simulates',
        PolicyDocument: policy(...statements),
        SetAsDefault: 'true',
        RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
      });
    for (const left of needed) {
      await setPolicy(...grant(...needed.filter((pair) => pair !== left)));
      await refused(call({ ...alice, ...listUsers(account) }), 'NoPermission', 403);
    }
    await setPolicy(...grant(...needed));
    assert.equal(
      ((await call({ ...alice, ...listUsers(account) })) as unknown as WireSimulation).Effect,
      'ExplicitDeny',
    );
    await refused(call({ ...listUsers(account), PrincipalType: 'root' }), 'NoPermission', 403);
    await refused(call({ PrincipalType: 'role', PrincipalName: 'r', ...listUsers(account) }), 'NoPermission');
    const foreign = await server.newAccount();
    const name = { PrincipalType: 'ram-user', PrincipalName: `alice@${foreign.domain}` };
    await refused(call({ ...name, ...listUsers(account) }), 'NoPermission', 403);
  });

  test('the tags of a principal are shown to a caller that may read them', async () => {
    const { server, account, attach, admin } = await fresh();
    const user = await server.newUser(account, 'reader');
    await server.newUser(account, 'alice');
    const tag = { 'ResourcePrincipalName.1': `alice@${account.domain}`, 'Tag.1.Key': 'team' };
    await admin.call('2019-08-15', 'TagResources', { ...tag, 'Tag.1.Value': 'blue' });
    const allowed = (...actions: string[]) =>
      policy({
        Effect: 'Allow',
        Action: actions,
        Resource: `acs:ram:*:${account.accountId}:user/alice`,
      });
    await attach('reader', 'simulates', allowed('claviger:Simulate'));
    const ask = (PolicyDocument: string) =>
      user.clients.call(OWN, 'Simulate', { ...alice, ...listUsers(account), PolicyDocument });
    const asking = policy({
      Effect: 'Allow',
      Action: 'ram:ListUsers',
      Resource: '*',
      Condition: { StringEquals: { 'acs:PrincipalTag/team': 'blue' } },
    });
    const spellings = [
      asking,
      asking.replace('PrincipalTag', 'principalTAG'),
      asking.replace('PrincipalTag', 'Principal\\u0054ag'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
      asking.replace('"acs:PrincipalTag/team":"blue"', '"acs:PrincipalARN":"${acs:PrincipalTag/team}"'),
    ];
    for (const text of spellings) await refused(ask(text), 'NoPermission', 403);
    await attach('reader', 'reads-tags', allowed('ram:ListTagResources'));
    for (const text of spellings.slice(0, 3)) {
      assert.equal(((await ask(text)) as unknown as WireSimulation).Effect, 'Allow');
    }
  });

  test('a trust policy is shown to a caller that may read the role; others cannot tell roles apart', async () => {
    const { server, account, attach, admin } = await fresh();
    const user = await server.newUser(account, 'reader');
    const trust = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
      Condition: { StringEquals: { 'sts:ExternalId': 'known-to-few' } },
    });
    await admin.callRpc(RAM, 'CreateRole', { RoleName: 'guest', AssumeRolePolicyDocument: trust });
    const ask = (RoleName: string) =>
      user.clients.call(OWN, 'Simulate', {
        PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }),
        SimulatedAction: 'sts:AssumeRole',
        SimulatedResource: `acs:ram::${account.accountId}:role/${RoleName}`,
      });
    const messages = [];
    for (const name of ['guest', 'absent']) {
      const { message } = await refused(ask(name), 'NoPermission', 403);
      messages.push(message.replaceAll(name, 'NAME').replaceAll(/[0-9A-F-]{36}/g, 'ID'));
    }
    assert.equal(messages[0], messages[1]);
    await attach(
      'reader',
      'reads-role',
      policy({
        Effect: 'Allow',
        Action: 'ram:GetRole',
        Resource: `acs:ram:*:${account.accountId}:role/guest`,
      }),
    );
    const shown = (await ask('guest')) as unknown as WireSimulation;
    assert.ok(shown.Documents.some(({ PolicyDocument }) => PolicyDocument.includes('known-to-few')));
    await refused(ask('absent'), 'NoPermission', 403);
  });

  test('malformed requests are refused', async () => {
    const { server, account, simulate } = await fresh();
    await server.newUser(account, 'alice');
    const asked = { ...alice, ...listUsers(account) };
    for (const [change, code] of [
      [{ SimulatedAction: 'ListUsers' }, 'InvalidParameter.SimulatedAction.Format'],
      [{ SimulatedAction: 'ram:*' }, 'InvalidParameter.SimulatedAction.Format'],
      [{ SimulatedResource: '' }, 'MissingSimulatedResource'],
      [{ PrincipalName: '' }, 'MissingPrincipalName'],
      [{ PrincipalType: '' }, 'MissingPrincipalType'],
      [{ PrincipalType: 'group' }, 'InvalidParameter.PrincipalType.Format'],
      [{ PrincipalName: 'absent' }, 'EntityNotExist.User'],
      [{ Conditions: '[]' }, 'InvalidParameter.Conditions.Format'],
      [{ Conditions: '{"a":{}}' }, 'InvalidParameter.Conditions.Format'],
      [{ Conditions: '{"acs:SourceIp":["1.2.3.4"]}' }, 'InvalidParameter'],
      [{ Conditions: '{"acs:SecureTransport":"yes"}' }, 'InvalidParameter'],
      [{ Conditions: '{"acs:CurrentTime":"soon"}' }, 'InvalidParameter'],
      [{ PolicyDocument: '{}' }, 'MalformedPolicyDocument'],
    ] as const) {
      const error = await refused(simulate({ ...asked, ...change }), code);
      assert.ok(error.message, JSON.stringify(change));
    }
  });

  const pick = <T>(...values: T[]) => fc.constantFrom(...values);
  const statement = fc
    .record({
      Effect: pick('Allow', 'Allow', 'Deny'),
      Action: fc.array(
        pick(
          'ram:*',
          'ram:List*',
          'ram:ListUsers',
          'ram:GetUser',
          '*',
          'sts:AssumeRole',
          'ram:Get*',
          'RAM:listusers',
        ),
        { minLength: 1, maxLength: 3 },
      ),
      Resource: pick('*', 'user/*', 'user/alice', 'user/bob', 'role/*', 'role/guest'),
      Condition: fc.option(
        pick(
          { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } },
          { NotIpAddress: { 'acs:SourceIp': ['127.0.0.1'] } },
          { Bool: { 'acs:SecureTransport': 'true' } },
          { Bool: { 'acs:MFAPresent': 'false' } },
          { StringEquals: { 'sts:ExternalId': 'of-ours' } },
          { DateGreaterThan: { 'acs:CurrentTime': '2020-01-01T00:00:00Z' } },
          { StringLike: { 'acs:PrincipalARN': '*:user/ALICE' } },
          { StringLike: { 'acs:PrincipalARN': '*:user/run*' } },
        ),
        { nil: undefined },
      ),
    })
    .map(({ Condition, Resource, ...rest }) => ({
      ...rest,
      Resource: Resource === '*' ? '*' : `acs:ram:*:*:${Resource}`,
      ...(Condition && { Condition }),
    }));
  const trusts = pick('root', 'self', 'bob', 'none-but-deny');

  test('the simulator agrees with the live API on random policies', async () => {
    const { server, account, admin, simulate } = await fresh();
    const { accountId } = account;
    await admin.callRpc(RAM, 'CreateUser', { UserName: 'bob' });
    await admin.callRpc(RAM, 'CreateUser', { UserName: 'alice' });
    let run = 0;
    let allowed = 0;
    let denied = 0;
    const oneRun = async (policies: object[][], trustOf: string) => {
      const name = `run${++run}`;
      const user = await server.newUser(account, name);
      const role = `guest${run}`;
      const self = `acs:ram::${accountId}:user/${name}`;
      const entity = { root: `acs:ram::${accountId}:root`, self, bob: `acs:ram::${accountId}:user/bob` }[
        trustOf
      ];
      await admin.callRpc(RAM, 'CreateRole', {
        RoleName: role,
        AssumeRolePolicyDocument: policy({
          Effect: entity === undefined ? 'Deny' : 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { RAM: [entity ?? self] },
        }),
      });
      for (const [index, statements] of policies.entries()) {
        const PolicyName = `policy-${run}-${index}`;
        await admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument: policy(...statements) });
        const attachment = { PolicyName, PolicyType: 'Custom', UserName: name };
        await admin.callRpc(RAM, 'AttachPolicyToUser', attachment);
      }
      const roleArn = `acs:ram::${accountId}:role/${role}`;
      const calls = [
        [RAM, 'ListUsers', {}, 'ram:ListUsers', `acs:ram:*:${accountId}:user/*`],
        [RAM, 'GetUser', { UserName: 'alice' }, 'ram:GetUser', `acs:ram:*:${accountId}:user/alice`],
        [RAM, 'GetUser', { UserName: name }, 'ram:GetUser', `acs:ram:*:${accountId}:user/${name}`],
        [RAM, 'ListRoles', {}, 'ram:ListRoles', `acs:ram:*:${accountId}:role/*`],
        [RAM, 'GetRole', { RoleName: role }, 'ram:GetRole', `acs:ram:*:${accountId}:role/${role}`],
        [IMS, 'ListPasskeys', {}, 'ram:ListPasskeys', `acs:ram:*:${accountId}:user/${name}`],
        [
          IMS,
          'GetUserMFAInfo',
          { UserPrincipalName: `bob@${account.domain}` },
          'ram:GetUserMFAInfo',
          `acs:ram:*:${accountId}:user/bob`,
        ],
        [
          STS,
          'AssumeRole',
          { RoleArn: roleArn, RoleSessionName: 'run', ExternalId: 'of-ours' },
          'sts:AssumeRole',
          roleArn,
        ],
      ] as const;
      for (const [version, action, parameters, SimulatedAction, SimulatedResource] of calls) {
        const { code } = await callRaw(server.url, user.key, 'ACS3', { version, action, parameters });
        assert.ok(code === 'OK' || code === 'NoPermission', `${action}: ${code}`);
        const simulation = await simulate({
          PrincipalType: 'ram-user',
          PrincipalName: name,
          SimulatedAction,
          SimulatedResource,
          ...(action === 'AssumeRole' && { Conditions: '{"sts:ExternalId":"of-ours"}' }),
        });
        assert.equal(simulation.Effect === 'Allow', code === 'OK', `${action} ${JSON.stringify(policies)}`);
        if (code === 'OK') allowed += 1;
        else denied += 1;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        trusts,
        oneRun,
      ),
      { numRuns: 25 },
    );
    // Otherwise the agreement would prove nothing.
    assert.ok(allowed > 20 && denied > 20, `${allowed} allowed, ${denied} denied`);
  });

  test('the simulator answers the same in the console and by key', async () => {
    const { server, account, simulate } = await fresh();
    const browser = new Browser(server);
    await browser.signIn(account.rootLoginName, account.rootPassword);
    await browser.done('ChooseSignInPassword', { NewPassword: 'a long passphrase 1' });
    await server.newUser(account, 'alice');
    const asked = { ...alice, ...listUsers(account) };
    const { RequestId: _, ...inConsole } = await browser.done('Simulate', asked);
    const { RequestId: __, ...byKey } = (await simulate(asked)) as unknown as Record<string, unknown>;
    assert.deepEqual(inConsole, byKey);
  });

  test('condition keys are case-insensitive, and given tags and networks count', async () => {
    const { server, account, simulate } = await fresh();
    await server.newUser(account, 'alice');
    const asked = (Condition: object, given: object) =>
      simulate({
        ...listUsers(account),
        PolicyDocument: policy({ Effect: 'Allow', Action: 'ram:ListUsers', Resource: '*', Condition }),
        Conditions: JSON.stringify(given),
      });
    for (const [condition, given] of [
      [{ StringEquals: { 'acs:PrincipalTag/Team': 'blue' } }, { 'acs:PrincipalTag/team': 'blue' }],
      [{ StringEquals: { 'acs:SourceVpc': 'vpc-a' } }, { 'acs:SourceVpc': 'vpc-a' }],
      [
        { IpAddress: { 'acs:VpcSourceIp': '10.0.0.0/8' } },
        { 'acs:SourceVpc': 'vpc-a', 'acs:SourceIp': '10.1.1.1' },
      ],
      [{ StringEquals: { 'acs:ResourceTag/team': 'blue' } }, { 'acs:ResourceTag/Team': 'blue' }],
      [
        { DateEquals: { 'acs:CurrentTime': '2026-01-31' } },
        { 'acs:CurrentTime': '2026-01-31T08:00:00+08:00' },
      ],
      [{ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }, { 'acs:SourceIp': '::ffff:10.1.1.1' }],
    ] as const) {
      assert.equal((await asked(condition, given)).Effect, 'Allow', JSON.stringify(condition));
      assert.equal((await asked(condition, {})).Effect, 'ImplicitDeny', JSON.stringify(condition));
    }
    for (const given of [
      { 'acs:CurrentTime': '2026-02-31T00:00:00Z' },
      { 'acs:CurrentTime': '2026-01-31T08:00:00' },
      { 'acs:CurrentTime': 'Jan 31 2026' },
      { 'acs:SourceIp': '10.01.1.1' },
      { 'acs:SourceIp': 'fe80::1%eth0' },
    ]) {
      await refused(asked({}, given), 'InvalidParameter', 400);
    }
  });

  test('ineffective parts of a valid document cause warnings, in the answer and in a header', async () => {
    const { server, account, admin } = await fresh();
    const PolicyDocument = policy(
      {
        Effect: 'Deny',
        Action: 'ram:ListUsers',
        Resource: '*',
        Condition: { Bool: { 'acs:MFAPresent': 'false' }, StringEquals: { 'acs:ResourceTag/a': 'b' } },
      },
      { Effect: 'Allow', Action: 'ims:*', Resource: '*' },
    );
    const validated = (await admin.call(OWN, 'ValidatePolicyDocument', {
      PolicyDocument,
      Kind: 'identity',
    })) as unknown as {
      readonly Valid: boolean;
      readonly Faults: readonly { Severity: string; Code: string; Subject: string; Line: number }[];
    };
    assert.equal(validated.Valid, true);
    assert.deepEqual(
      validated.Faults.map(({ Severity, Code, Subject }) => [Severity, Code, Subject]),
      [
        ['warning', 'MfaPresentAbsentForKeys', 'BoolIfExists'],
        ['warning', 'ConditionKeyNeverFilled', 'acs:ResourceTag/a'],
        ['warning', 'ImsActionHasNoEffect', 'ims:*'],
      ],
    );
    const trust = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [`acs:ram::${account.accountId}:oidc-provider/ci`] },
    });
    const everywhere = JSON.stringify({
      Status: 'Inactive',
      Statements: [{ Type: 'ClassicWhiteList', IPList: ['0.0.0.0/0'] }],
    });
    const headerOf = async (version: string, action: string, parameters: Record<string, string>) => {
      const answer = await send(
        server.url,
        signedRequest(server.url, account.key, 'ACS3 with a form', { version, action, parameters }),
      );
      assert.equal(answer.status, 200, answer.text);
      return String(answer.headers['x-claviger-warning'] ?? '');
    };
    const harmless = policy({ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*' });
    for (const [version, action, parameters, expected] of [
      [RAM, 'CreatePolicy', { PolicyName: 'warned', PolicyDocument }, /MfaPresentAbsentForKeys at 10:\d+: /],
      [RAM, 'CreatePolicyVersion', { PolicyName: 'warned', PolicyDocument }, /ImsActionHasNoEffect/],
      [
        RAM,
        'CreateRole',
        { RoleName: 'warned', AssumeRolePolicyDocument: trust },
        /OidcTrustTooWide.*oidc:sub/,
      ],
      [RAM, 'UpdateRole', { RoleName: 'warned', NewAssumeRolePolicyDocument: trust }, /oidc:aud/],
      ['2019-08-15', 'SetAccessKeyPolicyForAccount', { AccessKeyPolicy: everywhere }, /EveryAddress/],
      [RAM, 'CreatePolicy', { PolicyName: 'harmless', PolicyDocument: harmless }, /^$/],
    ] as const) {
      assert.match(await headerOf(version, action, parameters), expected, action);
    }
  });

  test('a document is validated with lines and columns, and with all its faults', async () => {
    const { server } = await fresh();
    const user = await server.newUser(await server.newAccount(), 'anybody');
    const validate = (PolicyDocument: string, Kind: string) =>
      user.clients.call(OWN, 'ValidatePolicyDocument', { PolicyDocument, Kind });
    const document = [
      '{',
      '  "Version": "2",',
      '  "Statement": [',
      '    { "Effect": "Perhaps", "Action": "ram:Get*", "Resource": "*" },',
      '    { "Effect": "Allow", "Action": "ram:Get*", "Resource": "*", "Codition": {} }',
      '  ]',
      '}',
    ].join('\n');
    const { Valid, Faults } = (await validate(document, 'identity')) as {
      Valid: boolean;
      Faults: Record<string, unknown>[];
    };
    assert.equal(Valid, false);
    assert.deepEqual(
      Faults.map(({ Line, Column, EndLine, EndColumn, Severity }) => [
        Line,
        Column,
        EndLine,
        EndColumn,
        Severity,
      ]),
      [
        [2, 14, 2, 17, 'error'],
        [4, 17, 4, 26, 'error'],
        [5, 65, undefined, undefined, 'error'],
      ],
    );
    assert.match(String(Faults[2]!['Message']), /`Codition`/);
    const noted = await validate(
      policy({ Effect: 'Allow', Action: 'ram:Get*', NotResource: 'acs:ram:*:*:user/bob' }),
      'identity',
    );
    assert.equal(noted['Valid'], true);
    assert.deepEqual(
      (noted['Faults'] as Record<string, unknown>[]).map(({ Severity }) => Severity),
      ['info'],
    );
    const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    assert.equal((await validate(trust, 'trust'))['Valid'], false);
    const broken = (await validate('{"Version": "1",', 'identity'))['Faults'] as Record<string, unknown>[];
    assert.deepEqual([broken[0]!['Line'], broken[0]!['Column']], [1, 17]);
    const long = policy({
      Effect: 'Allow',
      Action: 'ram:Get*',
      Resource: `acs:ram:*:*:user/${'a'.repeat(7000)}`,
    });
    assert.match(JSON.stringify((await validate(long, 'identity'))['Faults']), /6144 are allowed/);
    const network = (Statements: object[]) => JSON.stringify({ Status: 'Active', Statements }, undefined, 2);
    const good = { Type: 'ClassicWhiteList', IPList: ['10.0.0.0/8'] };
    assert.equal((await validate(network([good]), 'network'))['Valid'], true);
    const bad = await validate(network([good, { ...good, IPList: ['10.0.0.0/80'] }]), 'network');
    const [fault] = bad['Faults'] as Record<string, unknown>[];
    assert.deepEqual([bad['Valid'], fault!['Line']], [false, 10]);
    assert.match(String(fault!['Message']), /10\.0\.0\.0\/80/);
  });
});
