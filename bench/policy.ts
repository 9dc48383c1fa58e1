import { createMongoAbility, type RawRuleOf, subject } from '@casl/ability';
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import {
  type CompiledPolicies,
  compilePolicies,
  decide,
  explain,
  type NamedPolicy,
  parsePolicy,
} from '@claviger/policy';
import { newEnforcer, newModelFromString } from 'casbin';
import { interleaved, nanoseconds, percentile, progress, type Row, row } from './ratio.ts';

interface Case {
  readonly action: string;
  readonly resource: string;
  readonly ip: string;
  readonly allowed: boolean;
}

const policies = 10;
const statements = 5;

/** The statement with a condition: the one that decides. */
const guarded = { policy: 5, statement: 2, block: '10.0.0.0/8' };

const cases: readonly Case[] = [
  { action: 'svc5:GetItem', resource: 'acs:svc5:cn:123:item2/abc', ip: '10.1.2.3', allowed: true },
  { action: 'svc5:GetItem', resource: 'acs:svc5:cn:123:item2/abc', ip: '11.1.2.3', allowed: false },
  { action: 'svc3:GetItem', resource: 'acs:svc3:cn:123:item4/x', ip: '10.1.2.3', allowed: true },
  { action: 'svc3:PutItem', resource: 'acs:svc3:cn:123:item4/x', ip: '10.1.2.3', allowed: false },
];

function* all(): Iterable<{ action: string; resource: string; block: string | undefined; policy: number }> {
  for (let policy = 0; policy < policies; policy++) {
    for (let statement = 0; statement < statements; statement++) {
      const isGuarded = policy === guarded.policy && statement === guarded.statement;
      yield {
        policy,
        action: `svc${policy}:Get*`,
        resource: `acs:svc${policy}:cn:123:item${statement}/*`,
        block: isGuarded ? guarded.block : undefined,
      };
    }
  }
}

/** Decisions over 10 policies of 5 statements, beside other engines on the same question. */
export async function policyRows(): Promise<Row[]> {
  progress('policy: preparing four engines');
  // Each engine gets its questions in its own form beforehand: what is measured is the decision.
  const engines = {
    claviger: cases.map(claviger()),
    cedar: cases.map(cedarEngine()),
    casbin: cases.map(await casbin()),
    casl: cases.map(casl()),
  };
  for (const [name, questions] of Object.entries(engines)) {
    for (const [at, one] of cases.entries()) {
      if (questions[at]?.() !== one.allowed)
        throw new Error(`${name} answers otherwise: ${JSON.stringify(one)}`);
    }
  }
  progress('policy: measuring');
  const ask = (name: keyof typeof engines, call: number) => void engines[name][call % cases.length]?.();
  const askOften = (times: number) => {
    for (let call = 0; call < times; call++) ask('claviger', call);
  };
  const ours = interleaved(
    { claviger: (call) => ask('claviger', call), casl: (call) => ask('casl', call) },
    100_000,
  );
  const slow = interleaved(
    {
      claviger: () => askOften(100),
      cedar: (call) => ask('cedar', call),
      casbin: (call) => ask('casbin', call),
    },
    1_000,
  );
  return [
    row('policy.decisions', 1e9 / ours.claviger, 'decisions/s a core', '>= 500000'),
    row('policy.over-casl', ours.casl / ours.claviger, 'times as fast as CASL', '>= 1'),
    row(
      'policy.over-cedar-wasm',
      (slow.cedar * 100) / slow.claviger,
      'times as fast as cedar-wasm',
      '>= 100',
    ),
    row('policy.over-casbin', (slow.casbin * 100) / slow.claviger, 'times as fast as casbin', '>= 100'),
    ...explainRows(),
  ];
}

/** A decision among 110,000 statements beside one among 50: p99 of batches, to be above the clock's resolution. */
export function statementScaleRows(): Row[] {
  progress('scale: compiling 110,000 statements');
  const few = exactResources(50);
  const many = exactResources(110_000);
  const rows: Row[] = [];
  for (const distinct of [50, 1_000, 10_000]) {
    const p99 = (set: CompiledPolicies, size: number) => {
      const requests = Array.from({ length: distinct }, (_, at) => ({
        action: 'oss:GetObject',
        resource: `acs:oss:cn:123:bucket/object-${Math.floor((at * size) / distinct)}`,
        conditions: new Map<string, string>(),
      }));
      const batch = 50;
      const batches: number[] = [];
      for (let round = 0; round < 3_000; round++) {
        const time = nanoseconds(batch, (call) => {
          const request = requests[(round * batch + call) % distinct];
          if (request === undefined || decide(set, request).effect !== 'Allow') throw new Error('denied');
        });
        if (round >= 500) batches.push(time);
      }
      return percentile(batches, 0.99);
    };
    progress(`scale: ${distinct} different requests`);
    const ratios = Array.from({ length: 5 }, () => p99(many, 110_000) / p99(few, 50));
    const ratio = ratios.toSorted((a, b) => a - b)[2] ?? Number.NaN;
    rows.push(
      row(`scale.statements.p99.${distinct}-requests`, ratio, 'times the p99 with 50 statements', '<= 1.5'),
    );
  }
  return rows;
}

function explainRows(): Row[] {
  const set = compilePolicies(named());
  const requests = cases.map((one) => requestOf(one));
  const times = interleaved(
    {
      decide: (call) => void decide(set, requests[call % requests.length]!),
      explain: (call) => void explain(set, requests[call % requests.length]!),
    },
    100_000,
  );
  return [row('policy.explain-over-decide', times.explain / times.decide, 'times the bare decision', '<= 2')];
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

function exactResources(count: number): CompiledPolicies {
  const perPolicy = 50;
  const set: NamedPolicy[] = [];
  for (let from = 0; from < count; from += perPolicy) {
    const Statement = Array.from({ length: perPolicy }, (_, at) => ({
      Effect: 'Allow',
      Action: 'oss:GetObject',
      Resource: `acs:oss:*:123:bucket/object-${from + at}`,
    }));
    set.push({
      name: `p${from}`,
      type: 'Custom',
      document: documentOf(JSON.stringify({ Version: '1', Statement })),
    });
  }
  return compilePolicies(set);
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
      resource: { type: 'Thing', id: 'thing' },
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
    subject: 'Thing',
    conditions: {
      action: { $regex: new RegExp(`^${action.replace('*', '.*')}$`) },
      arn: { $regex: new RegExp(`^${resource.replace('*', '.*')}$`) },
      ...(block === undefined ? {} : { ip: { $regex: /^10\./ } }),
    },
  }));
  const ability = createMongoAbility(rules as RawRuleOf<ReturnType<typeof createMongoAbility>>[]);
  return ({ action, resource, ip }) => {
    const thing = subject('Thing', { action, arn: resource, ip });
    return () => ability.can('call', thing);
  };
}
