import { call } from '../../api/call.ts';
import { readCredentialReportText } from '../reports/credential-report-text.ts';

/** AccessKey in the credential report. */
export interface ReportedKey {
  readonly isActive: boolean;
  /** ISO 8601. */
  readonly rotatedAt: string;
  /** ISO 8601; undefined if never used. */
  readonly usedAt: string | undefined;
}

/** AccessKeys of the account, from the credential report. */
export interface ReportedKeys {
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly keys: readonly ReportedKey[];
}

const FOUR_HOURS_MS = 4 * 3_600_000;

/**
 * Reads all keys of the account from the credential report, which the server generates at most every four hours.
 * @param now milliseconds since the epoch
 */
export async function readReportedKeys(now: number): Promise<ReportedKeys> {
  const last = await readReport();
  if (last !== undefined && now - Date.parse(last.generatedAt) < FOUR_HOURS_MS) return last;
  try {
    await call('Ims', 'GenerateCredentialReport', {});
  } catch (reason) {
    // Without permission to generate a report, the last one is read.
    if (last === undefined) throw reason;
    return last;
  }
  return (await readReport()) ?? { generatedAt: '', keys: [] };
}

async function readReport(): Promise<ReportedKeys | undefined> {
  const report = await readCredentialReportText();
  return report && { generatedAt: report.generatedAt, keys: keysOf(report.csv) };
}

/**
 * Parses the keys of the report from columns such as `access_key_1_exist`. These fields contain no comma or quotation
 * mark, and follow the only fields that could.
 */
export function keysOf(csv: string): readonly ReportedKey[] {
  const [heading = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '');
  const columns = heading.split(',');
  const keys: ReportedKey[] = [];
  for (const line of lines) {
    if (line === heading) continue;
    const fields = line.split(',');
    const field = (name: string): string => fields.at(columns.indexOf(name) - columns.length) ?? '';
    for (const key of ['access_key_1', 'access_key_2']) {
      if (field(`${key}_exist`).toLowerCase() !== 'true') continue;
      const usedAt = field(`${key}_last_used`);
      keys.push({
        isActive: field(`${key}_active`).toLowerCase() === 'true',
        rotatedAt: field(`${key}_last_rotated`),
        usedAt: Number.isNaN(Date.parse(usedAt)) ? undefined : usedAt,
      });
    }
  }
  return keys;
}
