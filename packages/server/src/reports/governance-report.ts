import type { Scope } from '../context/scope.ts';
import {
  canSignIn,
  type IdentityFacts,
  identityFacts,
  isOld,
  isUnused,
  type KeyFacts,
  type ReportSource,
} from './identity-facts.ts';
import { ReportWriter, readReport, readReportRows, type StoredReport } from './stored-report.ts';

/** An identity or key that a check found. */
export interface GovernanceFinding {
  readonly identity: string;
  /** Set by checks on keys. */
  readonly accessKeyId?: string;
}

interface Check {
  readonly columns: readonly string[];
  /** Checks some of the identities, or the root alone. */
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

/** Checks by name; each finds violations. The names are ours where RAM's are unknown. */
const checks: Readonly<Record<string, Check>> = {
  RootAccessKey: {
    columns: ['Identity', 'AccessKeyId'],
    find: (facts) =>
      facts
        .filter(({ isRoot }) => isRoot)
        .flatMap(({ name, keys }) => keys.map(({ accessKeyId }) => ({ identity: name, accessKeyId }))),
  },
  RootWithoutMFA: {
    columns: ['Identity'],
    find: (facts) =>
      facts.filter(({ isRoot, hasMfa }) => isRoot && !hasMfa).map(({ name }) => ({ identity: name })),
  },
  ConsoleUserWithoutMFA: {
    columns: ['Identity'],
    find: (facts) =>
      facts
        .filter((identity) => !identity.isRoot && canSignIn(identity) && !identity.hasMfa)
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

/** Names of all checks. */
export const governanceItems: readonly string[] = Object.keys(checks);

/** Returns the columns of a check's findings. */
export const governanceColumns = (item: string): readonly string[] => checks[item]?.columns ?? [];

/** The last governance report. */
export type GovernanceReport = StoredReport<null>;

/**
 * Runs all checks and stores their findings.
 * @param portionDone called after each portion of users
 */
export async function makeGovernanceReport(source: ReportSource, portionDone: () => void): Promise<void> {
  const writer = new ReportWriter(source, 'governance');
  for await (const portion of identityFacts(source)) {
    for (const [item, check] of Object.entries(checks)) {
      await writer.add(item, check.find(portion, source.now));
    }
    portionDone();
  }
  await writer.complete(null);
}

/** Reads the last report; `undefined` if absent. */
export function readGovernanceReport(scope: Scope): Promise<GovernanceReport | undefined> {
  return readReport<null>(scope, 'governance');
}

/** Returns some findings of a check, beginning with `from`. */
export function readGovernanceFindings(
  scope: Scope,
  report: GovernanceReport,
  item: string,
  from: number,
  size: number,
): Promise<readonly GovernanceFinding[]> {
  return readReportRows<GovernanceFinding>(scope, report, item, from, size);
}
