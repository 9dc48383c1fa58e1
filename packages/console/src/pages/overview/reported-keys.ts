import { call } from '../../api/call.ts';
import { readCredentialReportText } from '../reports/credential-report-text.ts';

/** An AccessKey in the credential report. */
export interface ReportedKey {
  readonly isActive: boolean;
  /** ISO 8601. */
  readonly rotatedAt: string;
  /** ISO 8601; undefined when it was never used. */
  readonly usedAt: string | undefined;
}

/** The AccessKeys of the whole account, as the credential report has them. */
export interface ReportedKeys {
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly keys: readonly ReportedKey[];
}

const fourHours = 4 * 3_600_000;

/**
 * All keys of the account. The credential report has them in one table; the server makes a new one every four
 * hours at most.
 * @param now milliseconds since the epoch
 */
export async function readReportedKeys(now: number): Promise<ReportedKeys> {
  const last = await readReport();
  if (last !== undefined && now - Date.parse(last.generatedAt) < fourHours) return last;
  try {
    await call('Ims', 'GenerateCredentialReport', {});
  } catch (reason) {
    // Who may read reports and not make them sees the last one.
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
 * The keys in the table: RAM names their columns `access_key_1_exist` and so on. No field of theirs has a comma or
 * a quotation mark, and they stand behind the only ones that could.
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
