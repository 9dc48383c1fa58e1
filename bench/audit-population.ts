import { DatabaseSync } from 'node:sqlite';

/** Days over which the events are spread. */
export const DAYS = 90;

/** Values of the events, each with the same share. */
export const USERS = 200;
const ADDRESSES = 1_000;
const EVENT_NAMES = 40;
const RESOURCES = 10_000;

/** One event in so many is a change, and one in so many was refused. */
const CHANGE_EVERY = 50;
const REFUSAL_EVERY = 100;

/** Event of this name and user occurs once, in the middle. */
export const RARE = { eventName: 'RareEvent', user: 'rare-user' } as const;

export const userName = (user: number) => `user-${user}`;
export const keyOfUser = (user: number) => `LTAI5tBench${String(user).padStart(13, '0')}`;
export const address = (index: number) => `198.51.${Math.floor(index / 250)}.${index % 250}`;
export const resourceName = (index: number) => `resource-${index}`;

/**
 * Fills the audit log of an account by SQL, as the columns of the released schema are, without the chain; the indexes are
 * made at the end, since each event in all of them would take ten times as long.
 * @param file database, which no process has open
 * @param until time of the newest event, milliseconds since the epoch
 */
export function fillAuditLog(file: string, accountId: string, events: number, until: number): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY');
    const indexes = database
      .prepare(
        `select name, sql from sqlite_master where type = 'index' and sql is not null
         and tbl_name in ('audit_records', 'audit_event_resources')`,
      )
      .all() as { name: string; sql: string }[];
    for (const { name } of indexes) database.exec(`drop index ${name}`);
    database.exec('begin');
    database
      .prepare(`insert into audit_records (event_id, account_id, event_time, event_name, service_name, event_rw,
          access_key_id, user_name, source_ip, error_code, signature_nonce, api_version, user_agent, identity_type,
          principal_id, is_secure, event)
        with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < :events)
        select printf('%08X-0000-4000-8000-%012X', (n * 2654435761) % 4294967296, n), :account,
          :until - cast((:events - n) * (:days * 86400000.0 / :events) as integer),
          case when n = :events / 2 then :rareEvent else 'Event' || ((n * 7919) % :names) end,
          case n % 4 when 0 then 'Ims' when 1 then 'Ram' when 2 then 'Sts' else 'Actiontrail' end,
          case when n % ${CHANGE_EVERY} = 0 then 'Write' else 'Read' end,
          printf('LTAI5tBench%013d', (n * 31) % :users),
          case when n = :events / 2 then :rareUser else 'user-' || ((n * 31) % :users) end,
          '198.51.' || (((n * 17) % :addresses) / 250) || '.' || ((n * 17) % :addresses % 250),
          case when n % ${REFUSAL_EVERY} = 1 then 'NoPermission' else '' end,
          hex(randomblob(16)), '2019-08-15', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2', 'ram-user',
          printf('%018d', (n * 31) % :users), 1,
          '{"requestParameters":{"UserPrincipalName":"user-' || (n % 5000) || '@example.onaliyun.com"}}'
        from numbers`)
      .run({
        events,
        account: accountId,
        until,
        days: DAYS,
        names: EVENT_NAMES,
        users: USERS,
        addresses: ADDRESSES,
        rareEvent: RARE.eventName,
        rareUser: RARE.user,
      });
    database
      .prepare(`insert into audit_event_resources (position, resource_type, resource_name, account_id, event_time)
        select position, 'ACS::RAM::User', 'resource-' || (position % :resources), account_id, event_time
        from audit_records where account_id = :account and event_rw = 'Write'
        and user_agent like 'AlibabaCloud (linux; x64) Node.js/v24 Core%'`)
      .run({ account: accountId, resources: RESOURCES });
    database.exec('commit');
    for (const { sql } of indexes) database.exec(sql);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}
