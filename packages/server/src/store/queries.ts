import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Queries, Store } from './store.ts';

/** Source of connections, for one query at a time. */
export interface Connections {
  acquire(): Promise<DatabaseConnection>;
  release(connection: DatabaseConnection): void;
}

/**
 * Creates a Kysely instance over `connections`, in the SQL of `kind`. It has no transactions and no streaming:
 * transactions belong to `Store.write`, and a stream would pin an old snapshot under later reads of the connection.
 */
export function queriesOver(kind: Store['kind'], connections: Connections): Queries {
  const driver = new ConnectionsDriver(connections);
  return new Kysely({
    dialect:
      kind === 'sqlite'
        ? {
            createAdapter: () => new SqliteAdapter(),
            createDriver: () => driver,
            createIntrospector: (queries) => new SqliteIntrospector(queries),
            createQueryCompiler: () => new SqliteQueryCompiler(),
          }
        : {
            createAdapter: () => new PostgresAdapter(),
            createDriver: () => driver,
            createIntrospector: (queries) => new PostgresIntrospector(queries),
            createQueryCompiler: () => new PostgresQueryCompiler(),
          },
  });
}

/** Connection lent to one transaction; once that is over, a query that was not awaited is refused. */
export class LentConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  #over = false;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  /** Ends the loan: every later query fails. */
  end(): void {
    this.#over = true;
  }

  /** Returns the queries of the transaction. */
  queries(kind: Store['kind']): Queries {
    return queriesOver(kind, { acquire: async () => this, release: () => {} });
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#over) throw new Error('a query came after its transaction was over: it was not awaited');
    return this.#connection.executeQuery<Row>(query);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported: read in pages');
  }
}

class ConnectionsDriver implements Driver {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return this.#connections.acquire();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#connections.release(connection);
  }

  async beginTransaction(): Promise<void> {
    throw new Error('transactions begin with Store.write');
  }

  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
}
