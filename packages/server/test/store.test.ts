import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import type { Kysely } from 'kysely';
import { MIGRATIONS } from '../src/store/migrations/migrations.ts';
import { repeatedRead } from '../src/store/repeated-read.ts';
import type { Change, Queries } from '../src/store/store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { eachDatabase } from './databases.ts';

function account(id: string) {
  return {
    account_id: id,
    account_name: 'An account',
    default_domain: `${id}.onaliyun.com`,
    status: 'Active' as const,
    wrapped_data_key: 'wrapped',
    root_login_name: `root-${id}`,
    root_password_hash: null,
    root_password_must_change: 0,
    created_at: 1_795_500_000_123,
  };
}

function user(id: string, name: string) {
  return {
    user_id: id,
    account_id: '1',
    user_name: name,
    user_name_key: name.toLowerCase(),
    display_name: name,
    comments: '',
    email: '',
    mobile_phone: '',
    provision_type: 'Manual' as const,
    created_at: 1,
    updated_at: 1,
    last_login_at: null,
    recycled_at: null,
    purge_at: null,
  };
}

function accessKey(id: string) {
  return {
    access_key_id: id,
    account_id: '1',
    owner_type: 'user' as const,
    owner_id: '2',
    sealed_secret: 'sealed',
    status: 'Active' as const,
    created_at: 1,
    updated_at: 1,
    expires_at: null,
    note: '',
    network_policy: null,
    recycled_at: null,
    purge_at: null,
  };
}

const insertAccount = (queries: Queries, id: string) =>
  queries.insertInto('accounts').values(account(id)).execute();

const accountIds = async (queries: Queries) =>
  (await queries.selectFrom('accounts').select('account_id').orderBy('account_id').execute()).map(
    ({ account_id }) => account_id,
  );

/** Collects changes; resolves at `count` of them. The runner's time limit ends a wait in vain. */
function collect(follow: (listener: (change: Change) => void) => unknown) {
  const heard: Change[] = [];
  let wake = () => {};
  follow((change) => {
    heard.push(change);
    wake();
  });
  return {
    heard,
    async until(count: number): Promise<Change[]> {
      // The store does not keep an otherwise idle process alive.
      const alive = setInterval(() => {}, 1000);
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearInterval(alive);
      return heard;
    },
  };
}

const keyChange = (subject: string): Change => ({ accountId: '1', topic: 'access-key', subject });

eachDatabase((name, { open, emptyLocation }) => {
  test('a written row is read back unchanged, with its numbers as numbers', async () => {
    const store = await open();
    const { queries } = store;
    await store.write(({ queries }) => insertAccount(queries, '1'));
    assert.deepEqual(await queries.selectFrom('accounts').selectAll().execute(), [account('1')]);
    const counted = await queries
      .selectFrom('accounts')
      .select(({ fn }) => [fn.countAll().as('count'), fn.sum('created_at').as('sum')])
      .execute();
    assert.deepEqual(counted, [{ count: 1, sum: 1_795_500_000_123 }]);
  });

  test('opening a migrated database again changes nothing', async () => {
    const location = await emptyLocation();
    const first = await open({ now: () => 1000 }, location);
    await first.write(({ queries }) => insertAccount(queries, '1'));
    const before = await applied(first.queries);
    await first.close();
    const second = await open({ now: () => 2000 }, location);
    assert.deepEqual(await applied(second.queries), before);
    assert.equal(before.length, MIGRATIONS.length);
    assert.deepEqual(await accountIds(second.queries), ['1']);
  });

  test('of several nodes that start at once on an empty database, one migrates it', async () => {
    const location = await emptyLocation();
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({}, location)));
    assert.equal((await applied(stores[3]!.queries)).length, MIGRATIONS.length);
  });

  test('a database of a newer version is refused', async () => {
    const location = await emptyLocation();
    const store = await open({}, location);
    await store.write(({ queries }) =>
      migrationsOf(queries)
        .insertInto('migrations')
        .values({ name: '9999-from-the-future', applied_at: 1 })
        .execute(),
    );
    await store.close();
    await assert.rejects(open({}, location), /9999-from-the-future/);
  });

  test('a failing work is rolled back, and its error is passed on', async () => {
    const store = await open();
    const { heard } = collect((listener) => store.follow(listener));
    const refusal = new Error('refused');
    await assert.rejects(
      store.write(async ({ queries, changed }) => {
        await insertAccount(queries, '1');
        changed(keyChange('k'));
        throw refusal;
      }),
      (error) => error === refusal,
    );
    assert.deepEqual(await accountIds(store.queries), []);
    await store.write(({ queries }) => insertAccount(queries, '2'));
    assert.deepEqual(await accountIds(store.queries), ['2']);
    assert.deepEqual(heard, []);
  });

  test('a failing work does not affect concurrent ones', async () => {
    const store = await open();
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) =>
        store.write(async ({ queries }) => {
          await insertAccount(queries, `${index}-first`);
          if (index % 3 === 0) throw new Error(`refused ${index}`);
          await insertAccount(queries, `${index}-second`);
          return index;
        }),
      ),
    );
    const expected: string[] = [];
    for (const [index, result] of results.entries()) {
      if (index % 3 === 0) {
        assert.ok(result.status === 'rejected');
        assert.equal(result.reason.message, `refused ${index}`);
      } else {
        assert.deepEqual(result, { status: 'fulfilled', value: index });
        expected.push(`${index}-first`, `${index}-second`);
      }
    }
    assert.deepEqual((await accountIds(store.queries)).sort(), expected.sort());
  });

  test('a failing statement fails its work only, with the error of the database', async () => {
    const store = await open();
    await store.write(({ queries }) => insertAccount(queries, '1'));
    const [duplicate, other] = await Promise.allSettled([
      store.write(({ queries }) => insertAccount(queries, '1')),
      store.write(({ queries }) => insertAccount(queries, '2')),
    ]);
    assert.ok(duplicate.status === 'rejected');
    assert.ok(!(duplicate.reason instanceof StoreUnavailable));
    assert.equal(other.status, 'fulfilled');
    assert.deepEqual(await accountIds(store.queries), ['1', '2']);
  });

  test('of many works that each add a key while fewer than two exist, two succeed', async () => {
    const store = await open();
    await store.write(({ queries }) => insertAccount(queries, '1'));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        store.write(async ({ queries }) => {
          const keys = await queries
            .selectFrom('access_keys')
            .select('access_key_id')
            .where('owner_id', '=', '2')
            .execute();
          if (keys.length >= 2) throw new Error('LimitExceeded');
          await queries
            .insertInto('access_keys')
            .values(accessKey(`k${index}`))
            .execute();
        }),
      ),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 6);
    for (const { reason } of refused) assert.equal(reason.message, 'LimitExceeded');
    assert.equal((await store.queries.selectFrom('access_keys').selectAll().execute()).length, 2);
  });

  test('of many works that each take a free name, one succeeds and the others see it taken', async () => {
    const store = await open();
    await store.write(({ queries }) => insertAccount(queries, '1'));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        store.write(async ({ queries }) => {
          const taken = await queries
            .selectFrom('users')
            .select('user_id')
            .where('account_id', '=', '1')
            .where('user_name_key', '=', 'alice')
            .where('recycled_at', 'is', null)
            .executeTakeFirst();
          if (taken) throw new Error('EntityAlreadyExists');
          await queries
            .insertInto('users')
            .values(user(`u${index}`, 'Alice'))
            .execute();
        }),
      ),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => reason.message),
      Array(7).fill('EntityAlreadyExists'),
    );
  });

  test('a user name is taken until its owner is in the recycle bin', async () => {
    const store = await open();
    await store.write(async ({ queries }) => {
      await insertAccount(queries, '1');
      await queries.insertInto('users').values(user('u1', 'alice')).execute();
    });
    const another = () =>
      store.write(({ queries }) => queries.insertInto('users').values(user('u2', 'Alice')).execute());
    await assert.rejects(another());
    await store.write(({ queries }) =>
      queries.updateTable('users').set({ recycled_at: 5, purge_at: 9 }).where('user_id', '=', 'u1').execute(),
    );
    await another();
    assert.equal((await store.queries.selectFrom('users').selectAll().execute()).length, 2);
  });

  test('names sort by their bytes, whatever the language of the server', async () => {
    const store = await open();
    const names = ['a-b', 'a.b', 'a_b', 'ab', 'b', 'é', '用户'];
    await store.write(async ({ queries }) => {
      await insertAccount(queries, '1');
      for (const name of [...names].reverse()) {
        await queries.insertInto('users').values(user(name, name)).execute();
      }
    });
    const rows = await store.queries
      .selectFrom('users')
      .select('user_name_key')
      .where('account_id', '=', '1')
      .where('recycled_at', 'is', null)
      .orderBy('user_name_key')
      .execute();
    assert.deepEqual(
      rows.map(({ user_name_key }) => user_name_key),
      names,
    );
  });

  test('hostile names are stored like any other', async () => {
    const store = await open();
    const names = [
      `'; drop table users; --`,
      `"quoted" and 'quoted' and \`quoted\``,
      '100% _under_score_',
      "back\\slash \\' $1 ? :name {}",
      '用户 🗝️ \u202Eright to left\u202C e\u0301',
      'line\nfeed\r\ttab\u0001',
      ' spaces ',
      'x'.repeat(10_000),
    ];
    await store.write(async ({ queries, changed }) => {
      await insertAccount(queries, '1');
      for (const [index, name] of names.entries()) {
        await queries
          .insertInto('users')
          .values(user(`u${index}`, name))
          .execute();
        changed({ accountId: name, topic: 'user', subject: name });
      }
    });
    for (const [index, name] of names.entries()) {
      const found = await store.queries
        .selectFrom('users')
        .selectAll()
        .where('user_name', '=', name)
        .execute();
      assert.deepEqual(found, [user(`u${index}`, name)]);
    }
    const logged = await store.queries.selectFrom('changes').select('subject').orderBy('revision').execute();
    assert.deepEqual(
      logged.map(({ subject }) => subject),
      names,
    );
  });

  test('listeners of this node receive a change before its write resolves', async () => {
    const store = await open();
    const { heard } = collect((listener) => store.follow(listener));
    let committed: string[] = [];
    store.follow(() => {
      committed = [...committed, 'told'];
    });
    await store.write(async ({ queries, changed }) => {
      await insertAccount(queries, '1');
      changed(keyChange('a'));
      changed(keyChange('b'));
      changed(keyChange('a'));
      assert.deepEqual(heard, []);
    });
    assert.deepEqual(heard, [keyChange('a'), keyChange('b')]);
    assert.equal(committed.length, 2);
  });

  test('a removed listener receives nothing more', async () => {
    const store = await open();
    const heard: Change[] = [];
    const stop = store.follow((change) => heard.push(change));
    stop();
    await store.write(async ({ changed }) => changed(keyChange('a')));
    assert.deepEqual(heard, []);
  });

  test("changes of another node are reported once, and the node's own are not repeated", async () => {
    const location = await emptyLocation();
    const here = await open({ pollMs: 5 }, location);
    const there = await open({ pollMs: 5 }, location);
    const heardHere = collect((listener) => here.follow(listener));
    const heardThere = collect((listener) => there.follow(listener));
    for (let index = 0; index < 5; index += 1) {
      await here.write(async ({ changed }) => changed(keyChange(`here-${index}`)));
      await there.write(async ({ changed }) => changed(keyChange(`there-${index}`)));
    }
    const expected = Array.from({ length: 5 }, (_, index) => [`here-${index}`, `there-${index}`])
      .flat()
      .sort();
    for (const { until } of [heardHere, heardThere]) {
      const subjects = (await until(10)).map(({ subject }) => subject);
      assert.deepEqual(subjects.sort(), expected);
    }
    // A last exchange shows that no earlier change was still to come.
    await there.write(async ({ changed }) => changed(keyChange('last')));
    assert.equal((await heardHere.until(11))[10]!.subject, 'last');
    assert.equal((await heardThere.until(11))[10]!.subject, 'last');
  });

  test('changes in the log that are older than a day are deleted by later writes', async () => {
    let now = 1_000_000;
    const location = await emptyLocation();
    const store = await open({ now: () => now }, location);
    await store.write(async ({ changed }) => changed(keyChange('old')));
    now += 24 * 60 * 60 * 1000 + 1;
    await store.write(async ({ changed }) => changed(keyChange('new')));
    await store.close();
    const again = await open({ now: () => now }, location);
    const rows = await again.queries.selectFrom('changes').select('subject').execute();
    assert.deepEqual(rows, [{ subject: 'new' }]);
  });

  test('reads cannot write', async () => {
    const store = await open();
    // PostgreSQL's error is the cause: a server that takes no changes, such as a replica, is an outage.
    await assert.rejects(insertAccount(store.queries, '1'), (error) => /read-?only/i.test(inspect(error)));
    await assert.rejects(
      store.queries.transaction().execute(async () => {}),
      /Store\.write/,
    );
  });

  test('a write inside a write is refused, and so is a query after the end of its transaction', async () => {
    const store = await open();
    let kept: Queries | undefined;
    await store.write(async ({ queries }) => {
      kept = queries;
      await assert.rejects(
        store.write(async () => {}),
        /inside another/,
      );
    });
    await assert.rejects(accountIds(kept!), /not awaited/);
  });

  test('closing waits for the writes in progress; later ones are refused', async () => {
    const location = await emptyLocation();
    const store = await open({}, location);
    const writing = store.write(({ queries }) => insertAccount(queries, '1'));
    await store.close();
    await writing;
    await assert.rejects(
      store.write(async () => {}),
      StoreUnavailable,
    );
    assert.deepEqual(await accountIds((await open({}, location)).queries), ['1']);
  });

  test('a read that is compiled once returns the rows of its present values', async () => {
    const store = await open();
    await store.write(async ({ queries }) => {
      for (const id of ['1', '2', '3']) await insertAccount(queries, id);
    });
    const namesOf = repeatedRead(store.queries, (queries, id: string, other: string) =>
      queries
        .selectFrom('accounts')
        .select('account_id')
        .where('status', '=', 'Active')
        .where((or) => or.or([or('account_id', '=', other), or('account_id', '=', id)]))
        .orderBy('account_id'),
    );
    assert.deepEqual(await namesOf('1', '3'), [{ account_id: '1' }, { account_id: '3' }]);
    assert.deepEqual(await namesOf('2', '2'), [{ account_id: '2' }]);
    assert.deepEqual(await namesOf('4', "' or 1=1"), []);
  });

  test('staleness is known', async () => {
    const store = await open();
    assert.ok(name === 'SQLite' ? store.staleness() === 0 : store.staleness() < 60_000);
    // It is subtracted from times that are stored in columns of integers.
    assert.ok(Number.isInteger(store.staleness()));
  });
});

function migrationsOf(queries: Queries) {
  return queries as unknown as Kysely<{ migrations: { name: string; applied_at: number } }>;
}

function applied(queries: Queries) {
  return migrationsOf(queries).selectFrom('migrations').selectAll().execute();
}
