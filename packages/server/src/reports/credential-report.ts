import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { readPasswordPolicy } from '../passwords/password-policy.ts';
import { principalName } from '../users/user.ts';
import { instant } from '../wire/instant.ts';
import { type IdentityFacts, readIdentityFacts } from './identity-facts.ts';
import { readReport, writeReport } from './stored-report.ts';

/** RAM makes one report in four hours; until then the last one stands. */
const validMs = 4 * 60 * 60 * 1000;

const keyColumns = [1, 2].flatMap((key) =>
  ['exist', 'active', 'last_rotated', 'last_used'].map((fact) => `access_key_${key}_${fact}`),
);

/** RAM's columns. */
const columns = [
  'user',
  'user_creation_time',
  'user_last_logon',
  'password_exist',
  'password_active',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...keyColumns,
];

/** A part of the report, and how it goes on. */
export interface CredentialReportPart {
  readonly csv: string;
  readonly generatedAt: number;
  /** How many rows were given so far; undefined at the end. */
  readonly next: number | undefined;
}

/**
 * Makes the credential report: a row for the root and for each user, in RAM's columns.
 * @returns false when there is one from the last four hours, which then stands
 */
export async function generateCredentialReport(scope: Scope): Promise<boolean> {
  const last = await readReport(scope, 'credential');
  if (last !== undefined && last.generated_at > scope.now - validMs) return false;
  const { MaxPasswordAge } = await readPasswordPolicy(scope.queries, scope.account.accountId);
  const facts = await readIdentityFacts(scope);
  await writeReport(
    scope,
    'credential',
    facts.map((identity) => line(rowOf(identity, scope.account.defaultDomain, MaxPasswordAge))),
  );
  return true;
}

/**
 * A part of the last report as CSV; the first one has the headings.
 * @param from how many rows were given before
 * @returns undefined when there is no report
 */
export async function readCredentialReport(
  scope: Scope,
  from: number,
  size: number,
): Promise<CredentialReportPart | undefined> {
  const report = await readReport(scope, 'credential');
  if (report === undefined) return undefined;
  const rows = JSON.parse(report.content) as string[];
  const part = rows.slice(from, from + size);
  return {
    csv: [...(from === 0 ? [line(columns)] : []), ...part].map((row) => `${row}\n`).join(''),
    generatedAt: report.generated_at,
    next: from + size < rows.length ? from + size : undefined,
  };
}

function rowOf(identity: IdentityFacts, domain: string, maxPasswordAge: number): string[] {
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
    ...[0, 1].flatMap((place) => {
      const key = identity.keys[place];
      if (key === undefined) return ['FALSE', 'N/A', 'N/A', 'N/A'];
      return ['TRUE', flag(key.active), date(key.createdAt), date(key.usedAt)];
    }),
  ];
}

const flag = (value: boolean) => (value ? 'TRUE' : 'FALSE');

/** A line of CSV; a text that a spreadsheet would take for a formula is quoted so that it is none. */
function line(cells: readonly string[]): string {
  return cells
    .map((cell) => {
      const safe = /^[=+@]/.test(cell) ? `'${cell}` : cell;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}
