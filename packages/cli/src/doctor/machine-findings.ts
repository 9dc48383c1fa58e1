import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RedisNonces } from '@claviger/guard/redis';
import { AUTOMATIC_CERTIFICATE, type Configuration, masterKeyFile } from '@claviger/server';
import { type Finding, messageOf } from './findings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Validity that a certificate should have left, ms. */
const MIN_VALIDITY_MS = 14 * DAY_MS;

const LOW_DISK_BYTES = 1024 ** 3;
const FULL_DISK_BYTES = 100 * 1024 ** 2;

/** Checks that files of the data directory are readable by their owner only. */
export function checkModes({ data }: Configuration): Finding {
  const name = 'file modes';
  if (!existsSync(data) || process.platform === 'win32') {
    return { name, status: 'ok', message: 'there are no files on this machine' };
  }
  const paths = [
    data,
    ...readdirSync(data, { recursive: true, encoding: 'utf8' }).map((path) => join(data, path)),
  ];
  const open = paths.filter((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    // An orchestrator may give the group of the process the right to read the key.
    return (mode & (path === masterKeyFile(data) ? 0o037 : 0o077)) !== 0;
  });
  if (open.length === 0) return { name, status: 'ok', message: `only the owner reads ${data}` };
  return {
    name,
    status: open.includes(masterKeyFile(data)) ? 'failed' : 'warning',
    message: `open to others: ${open.slice(0, 5).join(', ')}`,
    remedy: `chmod -R go= ${data}`,
  };
}

/** Says how much a plain copy of the database file would miss. */
export function checkWriteAheadLog({ data, database }: Configuration): Finding | undefined {
  if (database !== undefined) return undefined;
  const size = statSync(join(data, 'claviger.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
  return {
    name: 'copies',
    status: 'ok',
    message: `the write-ahead log has ${size} bytes${size === 0 ? '' : ', which `cp claviger.db` misses'}: copy with \`claviger backup\` only`,
  };
}

/** Checks the space that is free where the data are. */
export function checkDisk({ data }: Configuration): Finding {
  const name = 'disk';
  try {
    const { bavail, bsize } = statfsSync(existsSync(data) ? data : '.');
    const free = bavail * bsize;
    const message = `${(free / 1024 ** 3).toFixed(1)} GiB are free`;
    if (free >= LOW_DISK_BYTES) return { name, status: 'ok', message };
    return {
      name,
      status: free < FULL_DISK_BYTES ? 'failed' : 'warning',
      message,
      remedy: 'free some space: when the disk is full, changes are refused',
    };
  } catch (error) {
    return {
      name,
      status: 'warning',
      message: messageOf(error),
      remedy: 'check the disk of the data directory',
    };
  }
}

/** Checks how long the certificate is valid; `undefined` without TLS. */
export function checkCertificate({ data, tls, tlsCert }: Configuration): Finding | undefined {
  const name = 'certificate';
  const automatic = join(data, AUTOMATIC_CERTIFICATE);
  // Before the first start there is none.
  const file = tlsCert ?? (tls === 'auto' && existsSync(automatic) ? automatic : undefined);
  if (file === undefined) return undefined;
  const remedy = 'renew it, then send SIGHUP to the server';
  try {
    const { validTo } = new X509Certificate(readFileSync(file));
    const left = Date.parse(validTo) - Date.now();
    const message = `${file} is valid until ${new Date(validTo).toISOString()}`;
    if (left >= MIN_VALIDITY_MS) return { name, status: 'ok', message };
    return { name, status: left <= 0 ? 'failed' : 'warning', message, remedy };
  } catch (error) {
    return { name, status: 'failed', message: messageOf(error), remedy };
  }
}

/** Checks that the nonce store answers; `undefined` without one. */
export async function checkRedis({ redis }: Configuration): Promise<Finding | undefined> {
  if (redis === undefined) return undefined;
  const name = 'redis';
  const nonces = new RedisNonces(redis, () => {});
  try {
    await nonces.ready();
    return { name, status: 'ok', message: 'the nonce store answers' };
  } catch (error) {
    return {
      name,
      status: 'failed',
      message: messageOf(error),
      remedy: 'start Redis or Valkey, or correct CLAVIGER_REDIS: without it every signed request is refused',
    };
  } finally {
    nonces.close();
  }
}
