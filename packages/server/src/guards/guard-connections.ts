import { systemTimer, type Timer } from '../context/timer.ts';
import type { GuardConnectionRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

/** How often a node writes down how its connections stand, in milliseconds. */
const writtenEveryMs = 15_000;

/**
 * For how long a connection is listed of which its node says nothing more: a node that was killed cannot say that they
 * have ended.
 */
const listedForMs = 5 * 60_000;

/** What is known of a connection when it begins. */
export type NewConnection = Pick<
  GuardConnectionRow,
  'connection_id' | 'guard_id' | 'account_id' | 'source_ip' | 'version' | 'connected_at'
>;

/** A connection of this node; to be told how it stands. */
export interface OpenConnection {
  /** The guard has taken everything up to that moment. @param now milliseconds since the epoch */
  confirmed(now: number): void;
  /** It has ended. */
  close(): Promise<void>;
}

/** What connections need of the server. */
export interface GuardConnectionParts {
  readonly store: Store;
  readonly log: (message: string) => void;
  readonly timer?: Timer;
}

/** The guards that follow their account's credentials: at this node in memory, of all nodes in the database. */
export class GuardConnections {
  readonly #parts: GuardConnectionParts;
  readonly #open = new Map<string, GuardConnectionRow>();
  readonly #changed = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(parts: GuardConnectionParts) {
    this.#parts = parts;
  }

  /** Notes a connection that begins, where other nodes see it too. */
  async open(connection: NewConnection): Promise<OpenConnection> {
    const { store, log } = this.#parts;
    const id = connection.connection_id;
    const row: GuardConnectionRow = { ...connection, confirmed_at: connection.connected_at };
    await store.write(async ({ queries }) => {
      await queries
        .deleteFrom('guard_connections')
        .where('confirmed_at', '<', row.connected_at - listedForMs)
        .execute();
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
          if (!(error instanceof StoreUnavailable)) throw error;
          log('that a guard has disconnected could not be written down; it is listed for some minutes more');
        }
      },
    };
  }

  /**
   * The connections of some guards at all nodes, the oldest first; those of this node as they stand now.
   * @param now milliseconds since the epoch
   */
  async of(
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
      .where('confirmed_at', '>=', now - listedForMs)
      .orderBy('connected_at')
      .orderBy('connection_id')
      .execute();
    return Map.groupBy(
      rows.map((row) => this.#open.get(row.connection_id) ?? row),
      (row) => row.guard_id,
    );
  }

  /** Stops writing; connections that are left are listed for some minutes more. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #schedule(): void {
    this.#cancelTimer ??= (this.#parts.timer ?? systemTimer)(() => {
      this.#cancelTimer = undefined;
      this.#write().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
        // What changed is written with what changes next.
      });
    }, writtenEveryMs);
  }

  async #write(): Promise<void> {
    const rows = [...this.#changed].flatMap((id) => this.#open.get(id) ?? []);
    this.#changed.clear();
    if (rows.length === 0) return;
    await this.#parts.store.write(async ({ queries }) => {
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
