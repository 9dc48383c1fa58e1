import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuardPrincipal } from '@claviger/guard';
import type { Identity } from '@claviger/guard/internal';
import {
  frame,
  type Hello,
  KeyAgreement,
  type ReplicationMark,
  type ReplicationRecord,
  SealBroken,
  Sealer,
} from '@claviger/guard/replication';
import { isLoopbackAddress } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';
import type { OpenConnection } from '../guards/guard-connections.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import type { OpenedStream } from '../wire/opened-stream.ts';
import { AccountRecords } from './account-records.ts';
import { ChangeQueue } from './change-queue.ts';
import { changesSince } from './cursor.ts';
import { DependencyNames } from './dependency-name.ts';
import type { ReplicationContext, ReplicationStreamContext } from './replication-context.ts';

/** Heartbeat interval, ms. A guard that receives nothing for twice as long takes the connection for lost. */
const HEARTBEAT_MS = 5000;

/** Changed entities that are read and sent together. */
const CHANGES_PER_READ = 4096;

/** Maximum length of one sealed frame, characters. */
const MAXIMUM_FRAME_LENGTH = 48 * 1024;

/** Input of a replication stream. */
export interface ReplicationRequest {
  /** Public key of the guard for this connection: X25519, Base64url. */
  readonly publicKey: string;
  /** End of an earlier connection; `undefined`: everything is needed. */
  readonly cursor: string | undefined;
  /** Version of the guard's software; empty if not sent. */
  readonly version: string;
  /** RAM codes of the services that the guard protects at present; `undefined`: all that it is registered for. */
  readonly services: readonly string[] | undefined;
}

/**
 * Opens the replication stream of an account: everything, or what changed since the cursor; then each change, and
 * heartbeats. It ends when the caller is no longer allowed to read it.
 * @throws Refusal InvalidProtocol.NeedSsl, InvalidParameter.PublicKey.Format, Throttling.Stream
 */
export async function replicate(
  call: ReplicationStreamContext,
  request: ReplicationRequest,
): Promise<OpenedStream> {
  const openedAt = performance.now();
  assertSecureConnection(call);
  const agreement = new KeyAgreement();
  const sealer = sealerFor(call, call.identity, 'replication', agreement, request.publicKey);
  const { accountId } = call.account;
  const giveBack = await call.services.replicationStreams.take({
    accountId,
    accessKeyId: call.identity.accessKeyId,
  });
  let connection: OpenConnection;
  try {
    connection = await openConnection(call, request);
  } catch (error) {
    giveBack();
    throw error;
  }
  const close = () => {
    giveBack();
    void connection.close();
  };
  const hello: Hello = {
    Protocol: 1,
    AccountId: accountId,
    ConnectionId: call.requestId,
    PublicKey: agreement.publicKey,
  };
  async function* chunks(ended: AbortSignal): AsyncGenerator<Uint8Array> {
    yield frame(Buffer.from(JSON.stringify(hello)));
    try {
      for await (const lines of follow(call, connection, request, openedAt, ended)) {
        for (const text of joinToFrames(lines)) yield frame(sealer.seal(Buffer.from(text)));
      }
    } catch (error) {
      // The guard connects again, perhaps to a node that reaches the database.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
  return { contentType: 'application/octet-stream', chunks, close };
}

/** Returns the calling guard. @throws Refusal NoPermission.NotGuard */
export function guardOf(
  { principal }: Pick<ReplicationContext, 'principal'>,
  action: string,
): GuardPrincipal {
  if (principal.type === 'guard') return principal;
  throw new Refusal('NoPermission.NotGuard', { action });
}

/**
 * Returns the services that a guard receives keys for: those it is registered for, of those it protects at present.
 * @param told RAM codes in any case; `undefined` if the guard has sent none
 */
export function servicesFor(
  { services }: GuardPrincipal,
  told: readonly string[] | undefined,
): readonly string[] {
  if (told === undefined) return services;
  const codes = new Set(told.map((service) => service.toLowerCase()));
  return services.filter((service) => codes.has(service));
}

/** Returns the cursor of a guard, valid as long as it guards the same services: with others it needs other keys. */
function cursorFor(position: string, guarded: readonly string[]): string {
  return position === '' ? '' : `${position}.${servicesMark(guarded)}`;
}

/** Returns the position of a cursor; `undefined` if it was issued for other services. */
function revisionOf(cursor: string | undefined, guarded: readonly string[]): string | undefined {
  const mark = `.${servicesMark(guarded)}`;
  return cursor?.endsWith(mark) ? cursor.slice(0, -mark.length) : undefined;
}

function servicesMark(guarded: readonly string[]): string {
  return hash('sha256', JSON.stringify(guarded), 'base64url').slice(0, 16);
}

/** Registers the connection, for operators and the console. */
function openConnection(
  call: ReplicationStreamContext,
  { version }: ReplicationRequest,
): Promise<OpenConnection> {
  const principal = guardOf(call, 'ReplicateCredentials');
  return call.services.guardConnections.open({
    connection_id: call.requestId,
    guard_id: principal.guardId,
    account_id: call.account.accountId,
    source_ip: call.identity.sourceAddress,
    version,
    connected_at: call.now,
  });
}

/**
 * Asserts that the connection is TLS or local: secrets leave the server in no other way.
 * @throws Refusal InvalidProtocol.NeedSsl
 */
export function assertSecureConnection({ identity: { secure, sourceAddress } }: ReplicationContext): void {
  if (!secure && !isLoopbackAddress(sourceAddress)) throw new Refusal('InvalidProtocol.NeedSsl');
}

/**
 * Returns a function that seals for the calling guard only.
 * @throws Refusal InvalidParameter.PublicKey.Format
 */
export function sealerFor(
  call: ReplicationContext,
  { accessKeyId, credential }: Identity,
  purpose: 'replication' | 'session',
  agreement: KeyAgreement,
  publicKey: string,
): Sealer {
  try {
    const key = agreement.key(publicKey, {
      purpose,
      accountId: call.account.accountId,
      accessKeyId,
      connectionId: call.requestId,
      sharedSecret: credential.signingKey.derive('replication'),
    });
    return new Sealer(key);
  } catch (error) {
    if (error instanceof SealBroken) throw new Refusal('InvalidParameter.FormatOf', { name: 'PublicKey' });
    throw error;
  }
}

/** Returns the dependency names for a guard's key. */
export function dependencyNamesFor({ credential }: Identity): DependencyNames {
  return new DependencyNames(credential.signingKey.derive('stale names'));
}

type Line = ReplicationRecord | ReplicationMark;

async function* follow(
  call: ReplicationStreamContext,
  connection: OpenConnection,
  { cursor, services }: ReplicationRequest,
  openedAt: number,
  ended: AbortSignal,
): AsyncGenerator<readonly Line[]> {
  const { store } = call.services;
  const { accountId } = call.account;
  const queue = new ChangeQueue(store, accountId, dependencyNamesFor(call.identity));
  try {
    const guarded = servicesFor(guardOf(call, 'ReplicateCredentials'), services);
    const { replicationReads } = call.services;
    const records = new AccountRecords(call.services, accountId, guarded, replicationReads);
    const known = revisionOf(cursor, guarded);
    const since =
      known === undefined ? undefined : await changesSince(store.queries, accountId, known, call.now);
    if (since === undefined) {
      yield [['begin', 'everything']];
      for await (const portion of records.everything()) {
        yield portion;
        // The queries of an embedded database block the event loop; other requests are served between them.
        await nextTurn();
        if (ended.aborted) return;
      }
    } else {
      // A change of the guard itself is known to it, since it has connected anew.
      queue.add(since.filter(({ topic }) => topic !== 'guard'));
      yield [['begin', 'changes']];
    }
    let whole: ReplicationMark | undefined;
    while (!ended.aborted && !queue.overrun && (await call.stillAllowed())) {
      const behind = store.staleness();
      const sinceOpened = Math.floor(performance.now() - openedAt);
      const revision = store.knownRevision();
      const { changes, stale, all } = queue.take(CHANGES_PER_READ);
      const own = call.identity.accessKeyId;
      // The guard's services have changed, or it was deleted: its needs are computed when it connects again.
      if (changes.some(({ topic, subject }) => topic === 'guard' && subject === own)) return;
      if (stale.length > 0) yield [['stale', ...stale]];
      for await (const portion of records.of(changes)) yield portion;
      if (all)
        whole = [
          'commit',
          cursorFor(await replicationReads.position.at(revision), guarded),
          sinceOpened,
          behind,
        ];
      // While changes are waiting, the copy is no younger than before.
      if (whole !== undefined) {
        yield [whole];
        // The next frame is asked for when this one was sent.
        connection.confirmed(Date.now() - behind);
      }
      if (all) await queue.wait(HEARTBEAT_MS, ended);
    }
  } finally {
    queue.close();
  }
}

/** Yields the lines of a batch, joined to frames that are neither many nor long. */
function* joinToFrames(lines: readonly Line[]): Generator<string> {
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < MAXIMUM_FRAME_LENGTH) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
