import type { Scope } from '../context/scope.ts';
import { type IdentityFacts, isOld, isUnused, type KeyFacts, readIdentityFacts } from './identity-facts.ts';
import { readReport, writeReport } from './stored-report.ts';

/** What a check found: the identities or keys that it is about. */
export interface GovernanceFinding {
  readonly identity: string;
  /** Of checks on keys. */
  readonly accessKeyId?: string;
}

interface Check {
  readonly columns: readonly string[];
  find(facts: readonly IdentityFacts[], now: number): GovernanceFinding[];
}

const keysWhere =
  (isMeant: (key: KeyFacts, now: number) => boolean) =>
  (facts: readonly IdentityFacts[], now: number): GovernanceFinding[] =>
    facts
      .filter((identity) => !identity.isRoot)
      .flatMap(({ name, keys }) =>
        keys.filter((key) => isMeant(key, now)).map(({ accessKeyId }) => ({ identity: name, accessKeyId })),
      );

/** What is checked: each counts what should not be there. The names are ours where RAM's are not known. */
const checks: Readonly<Record<string, Check>> = {
  RootAccessKey: {
    columns: ['Identity', 'AccessKeyId'],
    find: ([root]) => root?.keys.map(({ accessKeyId }) => ({ identity: root.name, accessKeyId })) ?? [],
  },
  RootWithoutMFA: {
    columns: ['Identity'],
    find: ([root]) => (root === undefined || root.hasMfa ? [] : [{ identity: root.name }]),
  },
  ConsoleUserWithoutMFA: {
    columns: ['Identity'],
    find: (facts) =>
      facts
        .filter((identity) => !identity.isRoot && identity.password !== undefined && !identity.hasMfa)
        .map(({ name }) => ({ identity: name })),
  },
  OldAccessKey: { columns: ['Identity', 'AccessKeyId'], find: keysWhere(isOld) },
  UnusedAccessKey: { columns: ['Identity', 'AccessKeyId'], find: keysWhere(isUnused) },
  TwoActiveAccessKeys: {
    columns: ['Identity'],
    find: (facts) =>
      facts
        .filter(({ keys }) => keys.filter((key) => key.active).length > 1)
        .map(({ name }) => ({ identity: name })),
  },
  UserWithAdministratorAccess: {
    columns: ['Identity'],
    find: (facts) =>
      facts
        .filter((identity) => !identity.isRoot && identity.isAdministrator)
        .map(({ name }) => ({ identity: name })),
  },
};

/** The names of all checks. */
export const governanceItems: readonly string[] = Object.keys(checks);

/** The columns that the findings of a check are shown in. */
export const governanceColumns = (item: string): readonly string[] => checks[item]?.columns ?? [];

/** The last report: findings by check. */
export interface GovernanceReport {
  readonly generatedAt: number;
  readonly findings: Readonly<Record<string, readonly GovernanceFinding[]>>;
}

/** Checks the account and keeps what was found. */
export async function generateGovernanceReport(scope: Scope): Promise<void> {
  const facts = await readIdentityFacts(scope);
  const findings = Object.fromEntries(
    Object.entries(checks).map(([item, check]) => [item, check.find(facts, scope.now)]),
  );
  await writeReport(scope, 'governance', findings);
}

/** The last report, when there is one. */
export async function readGovernanceReport(scope: Scope): Promise<GovernanceReport | undefined> {
  const report = await readReport(scope, 'governance');
  if (report === undefined) return undefined;
  return {
    generatedAt: report.generated_at,
    findings: JSON.parse(report.content) as GovernanceReport['findings'],
  };
}
