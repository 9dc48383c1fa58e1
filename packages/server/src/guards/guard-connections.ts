import { systemTimer, type Timer } from '../context/timer.ts';
import type { GuardConnectionRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

/** Interval at which a node writes the state of its connections, ms. */
const WRITE_INTERVAL_MS = 15_000;

/**
 * How long a connection is listed after the last write of its node, ms: a node that was killed cannot remove its
 * connections.
 */
const LISTED_FOR_MS = 5 * 60_000;

/** Connections of killed nodes that a new connection removes. */
const STALE_PER_REMOVAL = 100;

/** Properties of a new connection. */
export type NewConnection = Pick<
  GuardConnectionRow,
  'connection_id' | 'guard_id' | 'account_id' | 'source_ip' | 'version' | 'connected_at'
>;

/** An open connection of this node. */
export interface OpenConnection {
  /** Records that the guard has received all changes up to now. @param now ms since the epoch */
  confirmed(now: number): void;
  /** Removes the connection; never rejects. */
  close(): Promise<void>;
}

/** Dependencies of `GuardConnections`. */
export interface GuardConnectionOptions {
  readonly store: Store;
  readonly log: (message: string) => void;
  readonly timer?: Timer;
}

/**
 * Connections of guards that replicate their account's credentials: of this node in memory, of all nodes in the
 * database.
 */
export class GuardConnections {
  readonly #options: GuardConnectionOptions;
  readonly #open = new Map<string, GuardConnectionRow>();
  readonly #changed = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(options: GuardConnectionOptions) {
    this.#options = options;
  }

  /** Records a new connection, in the database for the other nodes. */
  async open(connection: NewConnection): Promise<OpenConnection> {
    const { store, log } = this.#options;
    const id = connection.connection_id;
    const row: GuardConnectionRow = { ...connection, confirmed_at: connection.connected_at };
    await store.write(async ({ queries }) => {
      await removeStale(queries, row.connected_at - LISTED_FOR_MS);
      await queries.insertInto('guard_connections').values(row).execute();
    });
    this.#open.set(id, row);
    return {
      confirmed: (now) => {
        const known = this.#open.get(id);
        if (known === undefined) return;
        known.confirmed_at = now;
        this.#changed.add(id);
        this.#schedule();
      },
      close: async () => {
        if (!this.#open.delete(id)) return;
        this.#changed.delete(id);
        try {
          await store.write(({ queries }) =>
            queries.deleteFrom('guard_connections').where('connection_id', '=', id).execute(),
          );
        } catch (error) {
          log(
            `the disconnect of a guard could not be written; it stays listed for some minutes: ${failureText(error)}`,
          );
        }
      },
    };
  }

  /**
   * Returns the connections of some guards at all nodes, oldest first; those of this node with their current state.
   * @param now ms since the epoch
   */
  async list(
    queries: Queries,
    accountId: string,
    guardIds: readonly string[],
    now: number,
  ): Promise<Map<string, GuardConnectionRow[]>> {
    if (guardIds.length === 0) return new Map();
    const rows = await queries
      .selectFrom('guard_connections')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('guard_id', 'in', guardIds)
      .where('confirmed_at', '>=', now - LISTED_FOR_MS)
      .orderBy('connected_at')
      .orderBy('connection_id')
      .execute();
    return Map.groupBy(
      rows.map((row) => this.#open.get(row.connection_id) ?? row),
      (row) => row.guard_id,
    );
  }

  /** Stops writing; open connections stay listed for some minutes. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #schedule(): void {
    this.#cancelTimer ??= (this.#options.timer ?? systemTimer)(() => {
      this.#cancelTimer = undefined;
      // The next change writes this one, too. The store reports an outage itself.
      this.#write().catch((error: unknown) => {
        // The next confirmation of each guard is written again. A database that is away reports itself.
        if (error instanceof StoreUnavailable) return;
        this.#options.log(`the state of guards' connections could not be written: ${failureText(error)}`);
      });
    }, WRITE_INTERVAL_MS);
  }

  async #write(): Promise<void> {
    const rows = [...this.#changed].flatMap((id) => this.#open.get(id) ?? []);
    this.#changed.clear();
    if (rows.length === 0) return;
    await this.#options.store.write(async ({ queries }) => {
      for (const row of rows) {
        await queries
          .updateTable('guard_connections')
          .set({ confirmed_at: row.confirmed_at })
          .where('connection_id', '=', row.connection_id)
          .execute();
      }
    });
  }
}

function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function removeStale(queries: Queries, before: number): Promise<void> {
  const stale = await queries
    .selectFrom('guard_connections')
    .select('connection_id')
    .where('confirmed_at', '<', before)
    .limit(STALE_PER_REMOVAL)
    .execute();
  if (stale.length === 0) return;
  const ids = stale.map((connection) => connection.connection_id);
  await queries.deleteFrom('guard_connections').where('connection_id', 'in', ids).execute();
}
