import { createMongoAbility, type RawRuleOf, subject } from '@casl/ability';
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import { compilePolicies, decide, explain, type NamedPolicy, parsePolicy } from '@claviger/policy';
import { newEnforcer, newModelFromString } from 'casbin';
import { interleaved, nanoseconds, progress, type Row, row } from './ratio.ts';

interface Case {
  readonly action: string;
  readonly resource: string;
  readonly ip: string;
  readonly allowed: boolean;
}

const policies = 10;
const statements = 5;

/** The statement with a condition. */
const guarded = { policy: 5, statement: 2, block: '10.0.0.0/8' };

/** Four questions about each statement: allowed or not by the action, from within the block or not. */
const cases: readonly Case[] = [...all()].flatMap(({ policy, statement, block }) =>
  [0, 1, 2, 3].map((at) => {
    const verb = at < 2 ? 'Get' : 'Put';
    const ip = at % 2 === 0 ? '10.1.2.3' : '11.1.2.3';
    return {
      action: `svc${policy}:${verb}Item`,
      resource: `acs:svc${policy}:cn:123:item${statement}/object-${at}`,
      ip,
      allowed: verb === 'Get' && (block === undefined || ip.startsWith('10.')),
    };
  }),
);

/** What one statement says; all are Allow. */
interface Grant {
  readonly policy: number;
  readonly statement: number;
  readonly action: string;
  readonly resource: string;
  readonly block: string | undefined;
}

function* all(): Iterable<Grant> {
  for (let policy = 0; policy < policies; policy++) {
    for (let statement = 0; statement < statements; statement++) {
      const isGuarded = policy === guarded.policy && statement === guarded.statement;
      yield {
        policy,
        statement,
        action: `svc${policy}:Get*`,
        resource: `acs:svc${policy}:cn:123:item${statement}/*`,
        block: isGuarded ? guarded.block : undefined,
      };
    }
  }
}

/** Decisions over 10 policies of 5 statements, beside other engines on the same questions. */
export async function policyRows(): Promise<Row[]> {
  progress('policy: preparing the engines');
  // Each engine gets its questions in its own form beforehand: what is measured is the decision.
  const engines = {
    claviger: cases.map(claviger()),
    cedar: cases.map(cedarEngine()),
    casbin: cases.map(await casbin()),
    casl: cases.map(casl()),
    caslByName: cases.map(caslByName()),
  };
  for (const [name, questions] of Object.entries(engines)) {
    for (const [at, one] of cases.entries()) {
      if (questions[at]?.() !== one.allowed)
        throw new Error(`${name} answers otherwise: ${JSON.stringify(one)}`);
    }
  }
  progress('policy: measuring');
  const ask = (name: keyof typeof engines, calls: number) => () => {
    const questions = engines[name];
    return nanoseconds(calls, (call) => void questions[call % questions.length]!());
  };
  const times = interleaved({
    claviger: ask('claviger', 20_000),
    casl: ask('casl', 20_000),
    caslByName: ask('caslByName', 20_000),
    cedar: ask('cedar', 200),
    casbin: ask('casbin', 200),
  });
  const asFast = (name: keyof typeof engines) => times.ratio(name, 'claviger');
  return [
    row('policy.decisions', 1e9 / times.median('claviger'), 'decisions/s a core', '>= 500000'),
    row('policy.over-casl', asFast('casl'), 'times as fast as CASL, wildcards in actions', '>= 1'),
    row(
      'policy.over-casl.actions-by-name',
      asFast('caslByName'),
      'times as fast as CASL without wildcards in actions',
    ),
    row('policy.over-cedar-wasm', asFast('cedar'), 'times as fast as cedar-wasm', '>= 100'),
    row('policy.over-casbin', asFast('casbin'), 'times as fast as casbin', '>= 100'),
    ...explainRows(),
  ];
}

/** What it costs to know why: the statement that decided, and all that were considered. */
function explainRows(): Row[] {
  const set = compilePolicies(named());
  const requests = cases.map(requestOf);
  const calls = 10_000;
  const at = (call: number) => requests[call % requests.length]!;
  const times = interleaved({
    decide: () => nanoseconds(calls, (call) => void decide(set, at(call)).effect),
    explain: () => nanoseconds(calls, (call) => void explain(set, at(call)).path),
    candidates: () => nanoseconds(calls, (call) => void explain(set, at(call)).candidates.length),
  });
  return [
    row(
      'policy.explain-over-decide',
      times.ratio('explain', 'decide'),
      'times the bare decision, asked which statement decided',
      '<= 2',
    ),
    row(
      'policy.explain.candidates-over-decide',
      times.ratio('candidates', 'decide'),
      'times the bare decision, asked why each statement applied or not',
      '<= 2',
    ),
  ];
}

function requestOf({ action, resource, ip }: Case) {
  return { action, resource, conditions: new Map([['acs:sourceip', ip]]) };
}

function named(): NamedPolicy[] {
  return Array.from({ length: policies }, (_, policy) => {
    const text = JSON.stringify({
      Version: '1',
      Statement: [...all()]
        .filter((statement) => statement.policy === policy)
        .map(({ action, resource, block }) => ({
          Effect: 'Allow',
          Action: action,
          Resource: resource,
          ...(block === undefined ? {} : { Condition: { IpAddress: { 'acs:SourceIp': block } } }),
        })),
    });
    return { name: `p${policy}`, type: 'Custom', document: documentOf(text) };
  });
}

function documentOf(text: string) {
  const parsed = parsePolicy(text, 'identity');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.document;
}

/** A case in the form that an engine wants; calling it decides. */
type Question = () => boolean;

function claviger(): (one: Case) => Question {
  const set = compilePolicies(named());
  return (one) => {
    const request = requestOf(one);
    return () => decide(set, request).effect === 'Allow';
  };
}

function cedarEngine(): (one: Case) => Question {
  const text = [...all()]
    .map(({ action, resource, block }) => {
      const address = block === undefined ? '' : ` && context.ip.isInRange(ip("${block}"))`;
      return `permit(principal, action, resource) when { context.action like "${action}" && context.resource like "${resource}"${address} };`;
    })
    .join('\n');
  const prepared = cedar.preparsePolicySet('bench', { staticPolicies: text });
  if (prepared.type !== 'success') throw new Error(JSON.stringify(prepared));
  return ({ action, resource, ip }) => {
    const call = {
      principal: { type: 'User', id: 'alice' },
      action: { type: 'Action', id: 'call' },
      resource: { type: 'Resource', id: 'resource' },
      context: { action, resource, ip: { __extn: { fn: 'ip', arg: ip } } },
      preparsedPolicySetId: 'bench',
      validateRequest: false,
      entities: [],
    } as unknown as Parameters<typeof cedar.statefulIsAuthorized>[0];
    return () => {
      const answer = cedar.statefulIsAuthorized(call);
      return answer.type === 'success' && answer.response.decision === 'allow';
    };
  };
}

async function casbin(): Promise<(one: Case) => Question> {
  const enforcer = await newEnforcer(
    newModelFromString(`
[request_definition]
r = act, obj, ip
[policy_definition]
p = act, obj, cidr
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = keyMatch(r.act, p.act) && keyMatch(r.obj, p.obj) && (p.cidr == "any" || ipMatch(r.ip, p.cidr))
`),
  );
  for (const { action, resource, block } of all()) await enforcer.addPolicy(action, resource, block ?? 'any');
  return ({ action, resource, ip }) =>
    () =>
      enforcer.enforceSync(action, resource, ip);
}

/**
 * CASL has no wildcards in actions and no address blocks. As with cedar the action is a part of what is asked
 * about, and an expression stands for the pattern and for the block.
 */
function casl(): (one: Case) => Question {
  const rules = [...all()].map(({ action, resource, block }) => ({
    action: 'call',
    subject: 'Resource',
    conditions: {
      action: { $regex: new RegExp(`^${action.replace('*', '.*')}$`) },
      arn: { $regex: new RegExp(`^${resource.replace('*', '.*')}$`) },
      ...(block === undefined ? {} : { ip: { $regex: /^10\./ } }),
    },
  }));
  const ability = createMongoAbility(rules as RawRuleOf<ReturnType<typeof createMongoAbility>>[]);
  return ({ action, resource, ip }) => {
    const asked = subject('Resource', { action, arn: resource, ip });
    return () => ability.can('call', asked);
  };
}

/** CASL as it likes it best: each action by its full name, which it looks up. It cannot say `Get*` then. */
function caslByName(): (one: Case) => Question {
  const rules = [...all()].map(({ action, resource, block }) => ({
    action: action.replace('*', 'Item'),
    subject: 'Resource',
    conditions: {
      arn: { $regex: new RegExp(`^${resource.replace('*', '.*')}$`) },
      ...(block === undefined ? {} : { ip: { $regex: /^10\./ } }),
    },
  }));
  const ability = createMongoAbility(rules as RawRuleOf<ReturnType<typeof createMongoAbility>>[]);
  return ({ action, resource, ip }) => {
    const asked = subject('Resource', { arn: resource, ip });
    return () => ability.can(action, asked);
  };
}
