import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { readPasswordPolicy } from '../passwords/password-policy.ts';
import { principalName } from '../users/user.ts';
import { instant } from '../wire/instant.ts';
import { type IdentityFacts, identityFacts, type ReportSource } from './identity-facts.ts';
import { ReportWriter, readReport, readReportRows } from './stored-report.ts';

/** Validity of a report, ms: RAM generates at most one in four hours. */
const VALID_MS = 4 * 60 * 60 * 1000;

/** Keys in RAM's report; it has more columns if the operator allows more keys. */
const KEYS_OF_RAM = 2;

const ROWS = 'rows';

/** RAM's columns. */
const columns = (keys: number) => [
  'user',
  'user_creation_time',
  'user_last_logon',
  'password_exist',
  'password_active',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...Array.from({ length: keys }, (_, at) => at + 1).flatMap((key) =>
    ['exist', 'active', 'last_rotated', 'last_used'].map((fact) => `access_key_${key}_${fact}`),
  ),
];

/** A part of the report. */
export interface CredentialReportPart {
  readonly csv: string;
  readonly generatedAt: number;
  /** Number of rows up to here; `undefined` at the end. */
  readonly next: number | undefined;
}

/** Returns whether there is a credential report of the last four hours, which is then kept. */
export async function hasRecentCredentialReport(scope: Scope): Promise<boolean> {
  const last = await readReport(scope, 'credential');
  return last !== undefined && last.generatedAt > scope.now - VALID_MS;
}

/**
 * Generates the credential report: a row for the root and for each user, in RAM's columns.
 * @param portionDone called after each portion of users
 */
export async function makeCredentialReport(source: ReportSource, portionDone: () => void): Promise<void> {
  const { account, services } = source;
  const { MaxPasswordAge } = await readPasswordPolicy(services.store.queries, account.accountId);
  const keys = Math.max(KEYS_OF_RAM, services.limits.accessKeysPerOwner);
  const writer = new ReportWriter(source, 'credential');
  for await (const portion of identityFacts(source)) {
    await writer.add(
      ROWS,
      portion.map((identity) => line(rowOf(identity, keys, account.defaultDomain, MaxPasswordAge))),
    );
    portionDone();
  }
  await writer.complete({ heading: line(columns(keys)) });
}

/**
 * Returns a part of the last report as CSV; the first one has the headings.
 * @param from how many rows were given before
 * @returns undefined when there is no report
 */
export async function readCredentialReport(
  scope: Scope,
  from: number,
  size: number,
): Promise<CredentialReportPart | undefined> {
  const report = await readReport<{ readonly heading: string }>(scope, 'credential');
  if (report === undefined) return undefined;
  const rows = await readReportRows<string>(scope, report, ROWS, from, size);
  return {
    csv: [...(from === 0 ? [report.summary.heading] : []), ...rows].map((row) => `${row}\n`).join(''),
    generatedAt: report.generatedAt,
    next: from + size < (report.counts[ROWS] ?? 0) ? from + size : undefined,
  };
}

function rowOf(identity: IdentityFacts, keys: number, domain: string, maxPasswordAge: number): string[] {
  const { password } = identity;
  const date = (milliseconds: number | undefined) =>
    milliseconds === undefined ? '-' : instant(milliseconds);
  const rotation =
    password === undefined || maxPasswordAge === 0 ? '-' : date(password.setAt + maxPasswordAge * DAY_MS);
  return [
    identity.isRoot ? identity.name : principalName(identity.name, domain),
    date(identity.createdAt),
    date(identity.lastLoginAt),
    flag(password !== undefined),
    password === undefined ? 'N/A' : flag(password.active),
    password === undefined ? 'N/A' : date(password.setAt),
    password === undefined ? 'N/A' : rotation,
    flag(identity.hasMfa),
    ...Array.from({ length: keys }, (_, place) => identity.keys[place]).flatMap((key) => {
      if (key === undefined) return ['FALSE', 'N/A', 'N/A', 'N/A'];
      return ['TRUE', flag(key.active), date(key.createdAt), date(key.usedAt)];
    }),
  ];
}

const flag = (value: boolean) => (value ? 'TRUE' : 'FALSE');

/** Returns a line of CSV. A text that a spreadsheet would evaluate as a formula gets a leading quote. */
function line(cells: readonly string[]): string {
  return cells
    .map((cell) => {
      const safe = /^[=+@]/.test(cell) ? `'${cell}` : cell;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}
