import { eventOf, type StoredEvent } from '@claviger/server';
import type pg from 'pg';
import type { Answer } from './signed-call.ts';

/** Kinds of violations of what Claviger promises. */
export type Violation =
  | 'acceptedAfterRevocation'
  | 'writtenAfterRevocation'
  | 'moreThanTwoKeys'
  | 'nonceAcceptedTwice'
  | 'lost'
  | 'withoutRecord'
  | 'halfWritten'
  | 'wrongState'
  | 'internalError'
  | 'auditLog'
  | 'endedByItself'
  | 'notRecovered';

/** State of a key that was told to a client. */
type KeyState = 'Active' | 'Inactive' | 'absent';

/** What clients were told during a run, and what is wrong with it. */
export class History {
  readonly violations: { readonly kind: Violation; readonly text: string }[] = [];
  /** Answers by status and code, such as `503 ServiceUnavailable`. */
  readonly answers = new Map<string, number>();
  readonly #users = new Set<string>();
  readonly #keys = new Map<string, KeyState>();
  /** Name of the operation by the id of each answered write. */
  readonly #writes = new Map<string, string>();

  get answeredWrites(): number {
    return this.#writes.size;
  }

  violation(kind: Violation, text: string): void {
    this.violations.push({ kind, text });
  }

  /** Counts an answer. An internal error is a violation in any case. */
  count(answer: Answer, action: string): void {
    const { status, code } = answer;
    const name = status === 0 ? 'no answer' : status === 200 ? '200' : `${status} ${code}`;
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
    if (status === 500) this.violation('internalError', `${action} ${answer.requestId}: ${status} ${code}`);
  }

  /** Notes a write that was answered with success. */
  answered(action: string, { requestId }: Answer): void {
    this.#writes.set(requestId, action);
  }

  userCreated(name: string): void {
    this.#users.add(name);
  }

  keyBecame(id: string, state: KeyState): void {
    this.#keys.set(id, state);
  }

  /** The state is not known any more, since a change was not answered. */
  keyUnknown(id: string): void {
    this.#keys.delete(id);
  }

  /** Compares the database with what was answered. */
  async compare(client: pg.Client): Promise<void> {
    const users = new Set(await column(client, 'select user_name from users'));
    for (const name of this.#users) if (!users.has(name)) this.violation('lost', `user ${name}`);
    const { rows: keys } = await client.query<{ access_key_id: string; status: string }>(
      'select access_key_id, status from access_keys where recycled_at is null',
    );
    const states = new Map(keys.map((row) => [row.access_key_id, row.status]));
    for (const [id, expected] of this.#keys) {
      const found = states.get(id) ?? 'absent';
      if (found !== expected) this.violation('wrongState', `AccessKey ${id} is ${found}, not ${expected}`);
    }
    await this.checkKeyCounts(client);
    await this.#compareRecords(client, users);
  }

  /** Checks that no user has more than two keys at this moment. */
  async checkKeyCounts(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ owner_id: string; keys: string }>(
      'select owner_id, count(*) as keys from access_keys where recycled_at is null group by owner_id having count(*) > 2',
    );
    for (const { owner_id, keys } of rows)
      this.violation('moreThanTwoKeys', `${owner_id} has ${keys} AccessKeys`);
  }

  async #compareRecords(client: pg.Client, users: ReadonlySet<string>): Promise<void> {
    const recorded = new Set(
      await column(client, "select event_id from audit_records where event_rw = 'Write' and error_code = ''"),
    );
    for (const [id, action] of this.#writes)
      if (!recorded.has(id)) this.violation('withoutRecord', `${action} ${id}`);
    const { rows } = await client.query<StoredEvent>(
      "select * from audit_records where event_name = 'CreateUser' and error_code = ''",
    );
    const names = rows.map(
      (row) => (eventOf(row) as { requestParameters: { UserName: string } }).requestParameters.UserName,
    );
    const created = new Set(names);
    if (created.size !== names.length) this.violation('halfWritten', 'a user is recorded twice');
    for (const name of created)
      if (!users.has(name)) this.violation('halfWritten', `user ${name} is recorded, and not stored`);
    for (const name of users)
      if (name !== 'administrator' && !created.has(name))
        this.violation('halfWritten', `user ${name} is stored without a record`);
  }
}

async function column(client: pg.Client, query: string): Promise<string[]> {
  const { rows } = await client.query<string[]>({ text: query, rowMode: 'array' });
  return rows.map(([value]) => value ?? '');
}
