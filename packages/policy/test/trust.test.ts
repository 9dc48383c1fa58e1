import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compileTrustPolicy,
  decideTrust,
  explainTrust,
  parsePolicy,
  readStoredPolicy,
  type TrustPrincipal,
  trustedEntities,
  trustedPrincipals,
} from '../src/index.ts';
import { documentOf } from './agreement.ts';
import { type PlainCaller, plainDecideTrust } from './plain-interpreter.ts';

const trustText = (...statements: unknown[]) => JSON.stringify({ Version: '1', Statement: statements });
const allow = (Principal: unknown, more = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...more,
});

function effectOf(
  text: string,
  principal: TrustPrincipal,
  action = 'sts:AssumeRole',
  facts: [string, string][] = [],
) {
  const trust = compileTrustPolicy(documentOf(text, 'trust'));
  return decideTrust(trust, { action, principal, conditions: new Map(facts) }).effect;
}

const ram = (accountId: string, name: string): TrustPrincipal => ({
  kind: 'RAM',
  accountId,
  arn: `acs:ram::${accountId}:${name}`,
});

const withId = (principal: TrustPrincipal, id: string) => ({ ...principal, id }) as TrustPrincipal;

describe('a trust policy', () => {
  test('`root` names every user and role of its account, and of no other', () => {
    const text = trustText(allow({ RAM: ['acs:ram::1:root'] }));
    for (const name of ['user/ann', 'role/ops', 'role/ops/session', 'assumed-role/ops/session', 'root']) {
      assert.equal(effectOf(text, ram('1', name)), 'Allow', name);
      assert.equal(effectOf(text, ram('2', name)), 'ImplicitDeny', name);
    }
  });

  test('a user or a role names exactly that one, in any case', () => {
    const text = trustText(allow({ RAM: ['acs:ram:*:1:user/Ann', 'acs:ram::1:role/ops'] }));
    for (const [name, expected] of [
      ['user/ann', 'Allow'],
      ['role/OPS', 'Allow'],
      ['assumed-role/ops/session', 'Allow'],
      ['user/anna', 'ImplicitDeny'],
      ['user/ops', 'ImplicitDeny'],
      ['role/ann', 'ImplicitDeny'],
      ['assumed-role/ann/session', 'ImplicitDeny'],
      ['root', 'ImplicitDeny'],
      ['group/ann', 'ImplicitDeny'],
      ['', 'ImplicitDeny'],
    ] as const) {
      assert.equal(effectOf(text, ram('1', name)), expected, name);
    }
    assert.equal(effectOf(text, ram('2', 'user/ann')), 'ImplicitDeny');
  });

  test('a caller whose account and ARN disagree is not trusted', () => {
    const text = trustText(allow({ RAM: ['acs:ram::1:root', 'acs:ram::2:root'] }));
    const principal = { kind: 'RAM', accountId: '1', arn: 'acs:ram::2:user/ann' } as const;
    assert.equal(effectOf(text, principal), 'ImplicitDeny');
  });

  test('services and identity providers are named apart from RAM principals', () => {
    const text = trustText(
      allow({ Service: ['ecs.aliyuncs.com'] }),
      allow(
        { Federated: 'acs:ram::1:saml-provider/idp' },
        { Action: 'sts:AssumeRoleWithSAML', Condition: { StringEquals: { 'saml:recipient': 'https://x' } } },
      ),
    );
    assert.equal(effectOf(text, { kind: 'Service', name: 'ECS.aliyuncs.com' }), 'Allow');
    assert.equal(effectOf(text, { kind: 'Service', name: 'oss.aliyuncs.com' }), 'ImplicitDeny');
    assert.equal(effectOf(text, ram('1', 'user/ann')), 'ImplicitDeny');
    const idp = { kind: 'Federated', arn: 'acs:ram::1:saml-provider/idp' } as const;
    const recipient: [string, string][] = [['saml:recipient', 'https://x']];
    assert.equal(effectOf(text, idp, 'sts:AssumeRoleWithSAML', recipient), 'Allow');
    assert.equal(effectOf(text, idp, 'sts:AssumeRoleWithSAML'), 'ImplicitDeny');
    assert.equal(effectOf(text, idp, 'sts:AssumeRole', recipient), 'ImplicitDeny');
    const other = { kind: 'Federated', arn: 'acs:ram::2:saml-provider/idp' } as const;
    assert.equal(effectOf(text, other, 'sts:AssumeRoleWithSAML', recipient), 'ImplicitDeny');
  });

  test('a service that acts for another account is a principal of its own', () => {
    const text = trustText(allow({ Service: ['1@log.aliyuncs.com', 'ecs.aliyuncs.com'] }));
    for (const [name, expected] of [
      ['1@LOG.aliyuncs.com', 'Allow'],
      ['2@log.aliyuncs.com', 'ImplicitDeny'],
      ['log.aliyuncs.com', 'ImplicitDeny'],
      ['1@ecs.aliyuncs.com', 'ImplicitDeny'],
      ['ecs.aliyuncs.com', 'Allow'],
    ] as const) {
      assert.equal(effectOf(text, { kind: 'Service', name }), expected, name);
    }
    for (const name of [
      '@log.aliyuncs.com',
      '1@',
      '1@2@log.aliyuncs.com',
      'x@log.aliyuncs.com',
      '*@log.aliyuncs.com',
    ]) {
      assert.equal(parsePolicy(trustText(allow({ Service: [name] })), 'trust').ok, false, name);
    }
  });

  test('what a policy trusts is told by its Allow statements', () => {
    const trusted = (...statements: object[]) =>
      trustedPrincipals(documentOf(trustText(...statements), 'trust'));
    const deny = (Principal: object) => ({ ...allow(Principal), Effect: 'Deny' });
    assert.deepEqual(trusted(allow({ RAM: 'acs:ram::1:root' }), deny({ Service: 'ecs.aliyuncs.com' })), {
      types: ['RAM'],
      services: [],
    });
    assert.deepEqual(trusted(deny({ RAM: 'acs:ram::1:root' })), { types: [], services: [] });
    assert.deepEqual(
      trusted(
        allow({ Service: ['ECS.aliyuncs.com', '7@log.aliyuncs.com'] }),
        allow({ Federated: 'acs:ram::1:saml-provider/idp', Service: 'ecs.aliyuncs.com' }),
      ),
      {
        types: ['Service', 'Federated'],
        services: ['ecs.aliyuncs.com', '7@log.aliyuncs.com', 'log.aliyuncs.com'],
      },
    );
    assert.deepEqual(trustedPrincipals(readStoredPolicy('not JSON', 'trust')), { types: [], services: [] });
  });

  test('a Deny wins over an Allow, and only over the callers that it names', () => {
    const text = trustText(allow({ RAM: 'acs:ram::1:root' }), {
      ...allow({ RAM: 'acs:ram::1:user/ann' }),
      Effect: 'Deny',
    });
    assert.equal(effectOf(text, ram('1', 'user/ann')), 'ExplicitDeny');
    assert.equal(effectOf(text, ram('1', 'user/bob')), 'Allow');
  });

  test('with identities an Allow is for the id that a name meant, and a Deny for both', () => {
    const effects = (Effect: 'Allow' | 'Deny', Principal: object, of: TrustPrincipal) => {
      const text = trustText(allow({ RAM: 'acs:ram::2:root' }), { ...allow(Principal), Effect });
      const document = documentOf(text, 'trust');
      const identities = new Map(trustedEntities(document).map(({ arn }) => [arn, `id of ${arn}`]));
      const trust = compileTrustPolicy(document, undefined, identities);
      return decideTrust(trust, { action: 'sts:AssumeRole', principal: of, conditions: new Map() }).effect;
    };
    const named = [
      [{ RAM: 'acs:ram:*:1:user/Ann' }, ram('1', 'user/ann'), ram('1', 'user/other')],
      [{ RAM: 'acs:ram::1:role/ops' }, ram('1', 'assumed-role/OPS/s'), ram('1', 'assumed-role/other/s')],
      [
        { Federated: 'acs:ram::1:saml-provider/Corp' },
        { kind: 'Federated', arn: 'acs:ram::1:saml-provider/corp' },
        { kind: 'Federated', arn: 'acs:ram::1:saml-provider/other' },
      ],
    ] as const;
    for (const [principal, withName, withoutName] of named) {
      const [entity] = trustedEntities(documentOf(trustText(allow(principal)), 'trust'));
      const id = `id of ${entity?.arn}`;
      assert.equal(effects('Allow', principal, withId(withName, id)), 'Allow');
      assert.equal(effects('Allow', principal, withId(withoutName, id)), 'Allow', 'it was renamed');
      assert.equal(effects('Allow', principal, withId(withName, 'another')), 'ImplicitDeny');
      assert.equal(effects('Allow', principal, withName), 'ImplicitDeny');
      assert.equal(effects('Deny', principal, withId(withName, id)), 'ExplicitDeny');
      assert.equal(effects('Deny', principal, withId(withoutName, id)), 'ExplicitDeny');
      assert.equal(effects('Deny', principal, withId(withName, 'another')), 'ExplicitDeny');
      assert.equal(effects('Deny', principal, withId(withoutName, 'another')), 'ImplicitDeny');
    }
    assert.deepEqual(trustedEntities(documentOf(trustText(allow({ RAM: 'acs:ram::1:root' })), 'trust')), []);
  });

  test('an empty list beside another one names no principal', () => {
    const user = ram('1', 'user/ann');
    const entities = {
      RAM: 'acs:ram::1:user/ann',
      Service: 'ecs.aliyuncs.com',
      Federated: 'acs:ram::1:oidc-provider/idp',
    };
    const callers: Record<string, TrustPrincipal> = {
      RAM: user,
      Service: { kind: 'Service', name: 'ecs.aliyuncs.com' },
      Federated: { kind: 'Federated', arn: 'acs:ram::1:oidc-provider/idp' },
    };
    for (const [kind, entity] of Object.entries(entities)) {
      const others = Object.keys(entities).filter((other) => other !== kind);
      for (const empty of [[others[0]], [others[1]], others] as string[][]) {
        const text = trustText(
          allow({ ...Object.fromEntries(empty.map((other) => [other, []])), [kind]: [entity] }),
        );
        for (const [asKind, principal] of Object.entries(callers)) {
          assert.equal(effectOf(text, principal), asKind === kind ? 'Allow' : 'ImplicitDeny', text);
        }
        const denied = text.replace('"Allow"', '"Deny"');
        for (const [asKind, principal] of Object.entries(callers)) {
          assert.equal(
            effectOf(denied, principal),
            asKind === kind ? 'ExplicitDeny' : 'ImplicitDeny',
            denied,
          );
        }
      }
    }
  });

  test('wildcards, lists that are all empty, unknown kinds and foreign ARNs are refused as principals', () => {
    for (const Principal of [
      '*',
      {},
      { RAM: '*' },
      { RAM: ['acs:ram::*:root'] },
      { RAM: 'acs:ram::1:user/*' },
      { RAM: 'acs:ram::1:group/ops' },
      { RAM: [] },
      { RAM: [], Service: [], Federated: [] },
      { RAM: [''] },
      { RAM: null, Service: 'ecs.aliyuncs.com' },
      { RAM: '1' },
      { RAM: 'arn:aws:iam::1:root' },
      { RAM: 'acs:ram::1:role/ops/session' },
      { AWS: 'acs:ram::1:root' },
      { Service: '*.aliyuncs.com' },
      { Service: 'ecs' },
      { Federated: 'acs:ram::1:user/ann' },
    ]) {
      assert.equal(parsePolicy(trustText(allow(Principal)), 'trust').ok, false, JSON.stringify(Principal));
    }
  });

  test('a stored trust policy with an unreadable principal trusts no caller', () => {
    const text = trustText(allow({ RAM: '*' }));
    const trust = compileTrustPolicy(readStoredPolicy(text, 'trust'));
    const request = { action: 'sts:AssumeRole', principal: ram('1', 'user/ann'), conditions: new Map() };
    assert.equal(decideTrust(trust, request).effect, 'ImplicitDeny');
    assert.match(explainTrust(trust, request).summary, /cannot be evaluated/);
    const deny = trustText(allow({ RAM: 'acs:ram::1:root' }), { ...allow({ RAM: '*' }), Effect: 'Deny' });
    assert.equal(
      decideTrust(compileTrustPolicy(readStoredPolicy(deny, 'trust')), request).effect,
      'ExplicitDeny',
    );
  });

  test('agrees with the plain interpreter', () => {
    const accounts = fc.constantFrom('1', '2');
    const names = fc.constantFrom('user/ann', 'user/Ann', 'user/bob', 'role/ann', 'role/ops');
    const entity = fc
      .tuple(accounts, fc.oneof(names, fc.constant('root')))
      .map(([account, name]) => `acs:ram::${account}:${name}`);
    const principals = fc.record(
      {
        RAM: fc.array(entity, { minLength: 1, maxLength: 3 }),
        Service: fc.constantFrom('ecs.aliyuncs.com', 'OSS.aliyuncs.com'),
        Federated: accounts.map((account) => `acs:ram::${account}:oidc-provider/idp`),
      },
      { requiredKeys: ['RAM'] },
    );
    const statement = fc.record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      Action: fc.constantFrom('sts:AssumeRole', 'sts:*', 'sts:AssumeRoleWith*'),
      Principal: principals,
      Condition: fc.constantFrom({}, { StringEquals: { 'sts:ExternalId': 'x' } }),
    });
    const caller: fc.Arbitrary<PlainCaller> = fc.oneof(
      fc.record({ kind: fc.constant('RAM' as const), account: accounts, name: names }),
      fc.record({
        kind: fc.constant('Service' as const),
        account: accounts,
        name: fc.constantFrom('ecs.aliyuncs.com', 'oss.aliyuncs.com', '1@ecs.aliyuncs.com', 'x'),
      }),
      fc.record({
        kind: fc.constant('Federated' as const),
        account: accounts,
        name: fc.constantFrom('oidc-provider/idp', 'oidc-provider/IDP', 'saml-provider/idp'),
      }),
    );
    const actions = fc.constantFrom('sts:AssumeRole', 'STS:ASSUMEROLE', 'sts:AssumeRoleWithOIDC');
    const facts = fc.constantFrom(new Map<string, string>(), new Map([['sts:externalid', 'x']]));
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        caller,
        actions,
        facts,
        (statements, who, action, conditions) => {
          const document = documentOf(trustText(...statements), 'trust');
          const principal: TrustPrincipal =
            who.kind === 'RAM'
              ? ram(who.account, who.name)
              : who.kind === 'Service'
                ? { kind: 'Service', name: who.name }
                : { kind: 'Federated', arn: `acs:ram:*:${who.account}:${who.name}` };
          const trust = compileTrustPolicy(document);
          const decision = decideTrust(trust, { action, principal, conditions });
          assert.equal(decision.effect, plainDecideTrust(document, action, who, conditions));
          const explained = explainTrust(trust, { action, principal, conditions });
          assert.equal(
            explained.candidates.some(({ applies }) => applies),
            decision.effect !== 'ImplicitDeny',
          );
        },
      ),
      { numRuns: 5000 },
    );
  });
});
