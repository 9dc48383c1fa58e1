import { canBeFilled, conditionKeyNamed } from './condition-keys.ts';
import type { Condition, PolicyKind, Statement } from './document.ts';
import { memberPath, quote } from './fault.ts';
import { isEveryAddress, parseIpNetwork } from './ip-network.ts';
import { foldCase } from './letter-case.ts';
import { type Operator, readOperator } from './operators.ts';
import { parsePolicy } from './parse.ts';
import { placesInJson } from './places.ts';
import { matchWildcard } from './wildcard.ts';

/** Code of a warning; stable, for programs and translations. */
export type PolicyWarningCode =
  /**
   * No request for these actions has the key: a positive condition is never true, a negated one always is.
   */
  | 'ConditionKeyNeverFilled'
  /** `acs:MFAPresent` is absent from calls signed by a key, so a Deny on `false` lets them pass. */
  | 'MfaPresentAbsentForKeys'
  /** An OIDC provider is trusted for every subject, or for every client id. */
  | 'OidcTrustTooWide'
  /** An address condition holds for every address. */
  | 'EveryAddress'
  /** IMS is authorised by actions of `ram:`; the pattern names none. */
  | 'ImsActionHasNoEffect'
  /** No resource is named so: the service code of a resource is compared exactly, and IMS and STS have none. */
  | 'ResourceNeverMatches';

/** Warning about a valid policy that does not do what it seems to. */
export interface PolicyWarning {
  readonly code: PolicyWarningCode;
  /** JSON path: `$.Statement[0].Condition.Bool["acs:MFAPresent"]`. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Subject of the message, for translations: the key, the pattern, the network. */
  readonly subject: string;
  /** One sentence in lower case, the user's own input in backticks. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

type Finding = Omit<PolicyWarning, 'line' | 'column'>;

/** A warning never names more than this many of a document: a message is not a report. */
const MAX_WARNINGS = 50;

/**
 * Warns of what is valid in a policy and does not do what it seems to.
 *
 * @param text of the policy
 * @param kind where it is to be used
 * @returns warnings in the order of the text, 50 at most; none for a text that is not valid, whose faults come first
 * @example
 * for (const { line, column, problem, fix } of policyWarnings(text, 'identity')) report(line, column, problem, fix);
 */
export function policyWarnings(text: string, kind: PolicyKind): readonly PolicyWarning[] {
  const parsed = parsePolicy(text, kind);
  if (!parsed.ok) return [];
  const findings = parsed.document.statements.flatMap((statement, index) =>
    findingsOf(statement, `$.Statement[${index}]`, kind),
  );
  if (findings.length === 0) return [];
  const { places } = placesInJson(text);
  return findings.slice(0, MAX_WARNINGS).map((finding) => {
    const { line = 1, column = 1 } = places.get(finding.path) ?? {};
    return { ...finding, line, column };
  });
}

function findingsOf(statement: Statement, path: string, kind: PolicyKind): readonly Finding[] {
  return [
    ...imsFindings(statement, path, kind),
    ...resourceFindings(statement, path),
    ...(kind === 'trust' ? oidcFindings(statement, path) : []),
    ...statement.conditions.flatMap((condition) => conditionFindings(condition, statement, path, kind)),
  ];
}

function conditionFindings(
  condition: Condition,
  statement: Statement,
  path: string,
  kind: PolicyKind,
): readonly Finding[] {
  const operator = readOperator(condition.operator);
  if (operator === undefined) return [];
  const at = memberPath(memberPath(`${path}.Condition`, condition.operator), condition.key);
  return [
    ...unfilledFindings(condition, operator, statement, at, kind),
    ...mfaFindings(condition, operator, statement, at),
    ...everyAddressFindings(condition, operator, at),
  ];
}

function unfilledFindings(
  { key, operator: operatorName }: Condition,
  operator: Operator,
  statement: Statement,
  path: string,
  kind: PolicyKind,
): readonly Finding[] {
  const { actions } = statement;
  const filled = canBeFilled({
    key,
    kind,
    actions: actions.negated ? undefined : actions.patterns,
    ...(statement.principals && { principals: principalsOf(statement) }),
  });
  if (filled) return [];
  const always = operator.family === 'Null' || operator.ifExists || operator.negated;
  const known = conditionKeyNamed(key)?.actions;
  return [
    {
      code: 'ConditionKeyNeverFilled',
      path,
      subject: key,
      problem: `no request for these actions has ${quote(key)}: ${quote(operatorName)} ${
        always ? 'does not depend on the request' : `never holds, so the ${statement.effect} has no effect`
      }`,
      fix:
        known === undefined || known.length === 0
          ? 'use a key that is filled: see docs/condition-keys.md'
          : `only these actions have it: ${listed(known)}`,
    },
  ];
}

const listed = (actions: readonly string[]) =>
  actions.length > 4
    ? `${actions.slice(0, 4).join(', ')} and ${actions.length - 4} more`
    : actions.join(', ');

function principalsOf({ principals }: Statement): ReadonlySet<'RAM' | 'Federated' | 'Service'> {
  return new Set([
    ...(principals?.ram.length ? (['RAM'] as const) : []),
    ...(principals?.federated.length ? (['Federated'] as const) : []),
    ...(principals?.service.length ? (['Service'] as const) : []),
  ]);
}

function mfaFindings(
  { key, operator: operatorName, values }: Condition,
  operator: Operator,
  { effect }: Statement,
  path: string,
): readonly Finding[] {
  if (foldCase(key) !== 'acs:mfapresent' || effect !== 'Deny') return [];
  if (operator.ifExists || operator.negated || operator.family === 'Null') return [];
  if (!values.some((value) => foldCase(value) === 'false')) return [];
  return [
    {
      code: 'MfaPresentAbsentForKeys',
      path,
      subject: `${operatorName}IfExists`,
      problem: `${quote(key)} is absent from calls signed by an AccessKey: this Deny does not apply to them`,
      fix: `write ${quote(`${operatorName}IfExists`)} to deny them too`,
    },
  ];
}

function everyAddressFindings({ values }: Condition, { family }: Operator, path: string): readonly Finding[] {
  if (family !== 'IpAddress') return [];
  return values.flatMap((value) => {
    const network = parseIpNetwork(value);
    if (network === undefined || !isEveryAddress(network)) return [];
    return [
      {
        code: 'EveryAddress' as const,
        path,
        subject: value,
        problem: `${quote(value)} holds every IPv${network.family} address`,
        fix: 'name the networks that are meant, or remove the condition',
      },
    ];
  });
}

function imsFindings({ actions }: Statement, path: string, kind: PolicyKind): readonly Finding[] {
  if (kind === 'trust' || actions.negated) return [];
  const patterns = actions.patterns.map(foldCase);
  return actions.patterns.flatMap((written, index) => {
    const pattern = patterns[index]!;
    if (!pattern.startsWith('ims:')) return [];
    const wanted = `ram:${pattern.slice('ims:'.length)}`;
    if (patterns.some((other) => other === wanted || matchWildcard(other, wanted))) return [];
    return [
      {
        code: 'ImsActionHasNoEffect' as const,
        path: `${path}.Action`,
        subject: written,
        problem: `${quote(written)} has no effect: operations of IMS are authorised by actions of \`ram:\``,
        fix: `write ${quote(`ram:${written.slice('ims:'.length)}`)} as well`,
      },
    ];
  });
}

/** Service codes of the control plane's resources, by folded code. */
const RESOURCE_SERVICES: Readonly<Record<string, string>> = {
  actiontrail: 'actiontrail',
  claviger: 'claviger',
  ims: 'ram',
  ram: 'ram',
  sts: 'ram',
};

function resourceFindings({ resources }: Statement, path: string): readonly Finding[] {
  if (resources === undefined) return [];
  return resources.patterns.flatMap((pattern) => {
    const [, service = ''] = /^acs:([A-Za-z]+):/.exec(pattern) ?? [];
    const folded = foldCase(service);
    const meant = Object.hasOwn(RESOURCE_SERVICES, folded) ? RESOURCE_SERVICES[folded] : undefined;
    if (meant === undefined || meant === service) return [];
    return [
      {
        code: 'ResourceNeverMatches' as const,
        path: `${path}.${resources.negated ? 'NotResource' : 'Resource'}`,
        subject: pattern,
        problem: `${quote(pattern)} names no resource: no resource of this server begins with ${quote(`acs:${service}:`)}`,
        fix: `write ${quote(`acs:${meant}:${pattern.slice(`acs:${service}:`.length)}`)}`,
      },
    ];
  });
}

/** Keys without which every workload of an issuer can be trusted, and what each narrows. */
const OIDC_KEYS = [
  ['oidc:sub', 'every subject that the issuer vouches for'],
  ['oidc:aud', 'every client id of the provider'],
] as const;

function oidcFindings(statement: Statement, path: string): readonly Finding[] {
  const trustsOidc = statement.principals?.federated.some((arn) => /:oidc-provider\//i.test(arn));
  if (statement.effect !== 'Allow' || !trustsOidc) return [];
  return OIDC_KEYS.filter(([key]) => !statement.conditions.some((condition) => narrows(condition, key))).map(
    ([key, trusted]) => ({
      code: 'OidcTrustTooWide',
      path: `${path}.Principal`,
      subject: key,
      problem: `without a condition on \`${key}\` the role trusts ${trusted}`,
      fix: `add \`"StringEquals": { "${key}": … }\``,
    }),
  );
}

/** Whether a condition is true for some values of a key only, and false without it. */
function narrows({ operator: name, key, values }: Condition, wanted: string): boolean {
  const operator = readOperator(name);
  if (operator === undefined || foldCase(key) !== wanted) return false;
  if (operator.family !== 'String' || operator.negated || operator.ifExists) return false;
  return !(operator.comparison === 'Like' && values.some((value) => /^\*+$/.test(value)));
}
