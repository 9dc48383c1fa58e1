import { openStore } from '../src/store/open-store.ts';

/**
 * Process that crash-durability.test.ts kills: eight writers write pairs of rows in a loop, and each pair is printed
 * once its write was answered. Arguments: the file and the number of the round.
 */
const [file, round] = process.argv.slice(2);
const store = await openStore({ kind: 'sqlite', file: file! }, { now: Date.now });
for (let writer = 0; writer < 8; writer += 1) void writePairs(writer);

async function writePairs(writer: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const pair = `${round}-${writer}-${index}`;
    await store.write(async ({ queries, changed }) => {
      for (const service_name of ['first', 'second']) {
        await queries
          .insertInto('access_key_uses')
          .values({ access_key_id: pair, service_name, region_id: '', source_ip: '', used_at: index })
          .execute();
      }
      changed({ accountId: '1', topic: 'access-key', subject: pair });
    });
    process.stdout.write(`${pair}\n`);
  }
}
