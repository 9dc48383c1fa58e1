import type { Scope } from '../context/scope.ts';
import type { ReportPartRow } from '../store/schema.ts';
import type { ReportSource } from './identity-facts.ts';

/** Rows in one part: a page of a report is read without the rest of it. */
const ROWS_PER_PART = 500;

/** Parts of older reports that one transaction removes. */
const PARTS_PER_REMOVAL = 20;

/** The list of the part that is written last, and makes the report complete. */
const SUMMARY = '';

type ReportKind = ReportPartRow['kind'];

/** The last complete report of a kind. */
export interface StoredReport<Summary> {
  readonly kind: ReportKind;
  readonly generatedAt: number;
  /** Rows of each list. */
  readonly counts: Readonly<Record<string, number>>;
  readonly summary: Summary;
}

/** Returns the last complete report of a kind, without its rows; `undefined` if absent. */
export async function readReport<Summary>(
  { queries, account }: Pick<Scope, 'queries' | 'account'>,
  kind: ReportKind,
): Promise<StoredReport<Summary> | undefined> {
  const row = await queries
    .selectFrom('report_parts')
    .select(['generated_at', 'content'])
    .where('account_id', '=', account.accountId)
    .where('kind', '=', kind)
    .where('list', '=', SUMMARY)
    .orderBy('generated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { counts, summary } = JSON.parse(row.content) as Pick<StoredReport<Summary>, 'counts' | 'summary'>;
  return { kind, generatedAt: row.generated_at, counts, summary };
}

/** Returns some rows of a list of a report, beginning with the row `from`. */
export async function readReportRows<Row>(
  { queries, account }: Pick<Scope, 'queries' | 'account'>,
  { kind, generatedAt }: StoredReport<unknown>,
  list: string,
  from: number,
  size: number,
): Promise<readonly Row[]> {
  const first = Math.floor(from / ROWS_PER_PART);
  const parts = await queries
    .selectFrom('report_parts')
    .select('content')
    .where('account_id', '=', account.accountId)
    .where('kind', '=', kind)
    .where('generated_at', '=', generatedAt)
    .where('list', '=', list)
    .where('part', '>=', first)
    .where('part', '<=', Math.floor((from + size - 1) / ROWS_PER_PART))
    .orderBy('part')
    .execute();
  const rows = parts.flatMap((part) => JSON.parse(part.content) as Row[]);
  return rows.slice(from - first * ROWS_PER_PART, from - first * ROWS_PER_PART + size);
}

/** Writes a report part by part; it takes the place of the last one of its kind when it is complete. */
export class ReportWriter {
  readonly #source: ReportSource;
  readonly #kind: ReportKind;
  readonly #lists = new Map<string, { written: number; rows: unknown[] }>();

  constructor(source: ReportSource, kind: ReportKind) {
    this.#source = source;
    this.#kind = kind;
  }

  /** Adds rows to a list, and writes the parts that are full. */
  async add(list: string, rows: readonly unknown[]): Promise<void> {
    const known = this.#lists.get(list) ?? { written: 0, rows: [] };
    this.#lists.set(list, known);
    known.rows.push(...rows);
    while (known.rows.length >= ROWS_PER_PART) {
      await this.#writePart(list, known.written++, known.rows.splice(0, ROWS_PER_PART));
    }
  }

  /** Completes the report, and removes older ones. */
  async complete(summary: unknown): Promise<void> {
    const counts: Record<string, number> = {};
    for (const [list, { written, rows }] of this.#lists) {
      counts[list] = written * ROWS_PER_PART + rows.length;
      if (rows.length > 0) await this.#writePart(list, written, rows);
    }
    await this.#writePart(SUMMARY, 0, { counts, summary });
    while (await this.#removeOlderParts());
  }

  async #writePart(list: string, part: number, content: unknown): Promise<void> {
    const { account, now, services } = this.#source;
    const row: ReportPartRow = {
      account_id: account.accountId,
      kind: this.#kind,
      generated_at: now,
      list,
      part,
      content: JSON.stringify(content),
    };
    await services.store.write(({ queries }) =>
      queries
        .insertInto('report_parts')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['account_id', 'kind', 'generated_at', 'list', 'part'])
            .doUpdateSet({ content: row.content }),
        )
        .execute(),
    );
  }

  /** @returns whether there may be more */
  #removeOlderParts(): Promise<boolean> {
    const { account, now, services } = this.#source;
    return services.store.write(async ({ queries }) => {
      const parts = await queries
        .selectFrom('report_parts')
        .select(['generated_at', 'list', 'part'])
        .where('account_id', '=', account.accountId)
        .where('kind', '=', this.#kind)
        .where('generated_at', '<', now)
        .limit(PARTS_PER_REMOVAL)
        .execute();
      for (const { generated_at, list, part } of parts) {
        await queries
          .deleteFrom('report_parts')
          .where('account_id', '=', account.accountId)
          .where('kind', '=', this.#kind)
          .where('generated_at', '=', generated_at)
          .where('list', '=', list)
          .where('part', '=', part)
          .execute();
      }
      return parts.length === PARTS_PER_REMOVAL;
    });
  }
}
