// The orders themselves: what may be ordered, and what becomes of an order. Knows nothing of HTTP or of keys.
import { DatabaseSync } from 'node:sqlite';

/** Why something cannot be done, with a code for programs and the HTTP status that fits. */
export class OrderProblem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Orders in an SQLite file. Each belongs to an account, and is unseen by all others. */
export class Orders {
  #database;

  /** @param file where they are kept; `:memory:` for as long as the process runs */
  constructor(file) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      pragma journal_mode = wal;
      create table if not exists orders (
        order_id integer primary key autoincrement,
        account_id text not null,
        sku text not null,
        quantity integer not null,
        status text not null default 'open',
        placed_by text not null,
        placed_at text not null
      );
      create index if not exists orders_of_account on orders (account_id, order_id);
      insert into sqlite_sequence (name, seq)
        select 'orders', 1000 where not exists (select 1 from sqlite_sequence where name = 'orders');
    `);
  }

  place(accountId, placedBy, { sku, quantity } = {}) {
    if (typeof sku !== 'string' || !/^[a-z0-9-]{1,32}$/.test(sku)) {
      throw new OrderProblem(400, 'InvalidParameter.sku', 'sku must be 1 to 32 of a-z, 0-9 and -.');
    }
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > 1000) {
      throw new OrderProblem(
        400,
        'InvalidParameter.quantity',
        'quantity must be a whole number from 1 to 1000.',
      );
    }
    const placed = this.#database
      .prepare('insert into orders (account_id, sku, quantity, placed_by, placed_at) values (?, ?, ?, ?, ?)')
      .run(accountId, sku, quantity, placedBy, new Date().toISOString());
    return this.get(accountId, String(placed.lastInsertRowid));
  }

  list(accountId, status) {
    if (status !== undefined && status !== 'open' && status !== 'cancelled') {
      throw new OrderProblem(400, 'InvalidParameter.status', 'status must be open or cancelled.');
    }
    return this.#database
      .prepare(
        `select * from orders where account_id = ? and (? is null or status = ?) order by order_id desc limit 100`,
      )
      .all(accountId, status ?? null, status ?? null)
      .map(shown);
  }

  get(accountId, orderId) {
    const row = this.#database
      .prepare('select * from orders where account_id = ? and order_id = ?')
      .get(accountId, orderId);
    if (row === undefined)
      throw new OrderProblem(404, 'EntityNotExist.Order', `There is no order ${orderId}.`);
    return shown(row);
  }

  cancel(accountId, orderId) {
    const { changes } = this.#database
      .prepare(
        `update orders set status = 'cancelled' where account_id = ? and order_id = ? and status = 'open'`,
      )
      .run(accountId, orderId);
    const order = this.get(accountId, orderId);
    if (changes === 0)
      throw new OrderProblem(409, 'OrderNotOpen', `The order ${orderId} is ${order.status}.`);
    return order;
  }

  close() {
    this.#database.close();
  }
}

function shown(row) {
  return {
    orderId: String(row.order_id),
    sku: row.sku,
    quantity: row.quantity,
    status: row.status,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
  };
}
