import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  type GuardRequest,
  NonceMemory,
  openSnapshotSource,
  type SnapshotOptions,
  type SnapshotSource,
  type SnapshotState,
} from '@claviger/guard';
import { Guard, readSignature } from '@claviger/guard/internal';
import { signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';
import type { TestAccount, TestServer } from './server.ts';

const RAM = '2015-05-01';

/** Clock and timer that tests advance. */
export class ManualTime {
  /** Milliseconds ahead of the system's clock. */
  ahead = 0;
  readonly #waiting = new Set<{ readonly callback: () => void; readonly milliseconds: number }>();

  readonly now = (): number => Date.now() + this.ahead;
  readonly monotonicNow = (): number => performance.now() + this.ahead;

  readonly timer = (callback: () => void, milliseconds: number): (() => void) => {
    const entry = { callback, milliseconds };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  };

  /** Remaining times of the pending timers. */
  get waits(): readonly number[] {
    return [...this.#waiting].map(({ milliseconds }) => milliseconds);
  }

  /** Fires the pending timers of at most that duration. */
  fire(longest = Number.POSITIVE_INFINITY): void {
    for (const entry of [...this.#waiting]) {
      if (entry.milliseconds > longest) continue;
      this.#waiting.delete(entry);
      entry.callback();
    }
  }
}

/** Decision of a guard. */
export type Verdict = 'Allow' | 'Deny' | string;

/** Guard with a copy of an account's credentials. */
export class ReplicatedGuard {
  readonly source: SnapshotSource;
  readonly time: ManualTime;
  readonly #changes: EventEmitter;
  readonly #guard: Guard;

  private constructor(source: SnapshotSource, time: ManualTime, changes: EventEmitter) {
    this.source = source;
    this.time = time;
    this.#changes = changes;
    this.#guard = new Guard({ source, nonces: new NonceMemory(), now: Date.now });
  }

  /** @param url of the server, or of a proxy in front of it */
  static open(
    url: string,
    key: ClientKey,
    more: Pick<SnapshotOptions, 'guardName' | 'ca' | 'maxStalenessMs' | 'services'> = {},
  ): ReplicatedGuard {
    const time = new ManualTime();
    const changes = new EventEmitter().setMaxListeners(0);
    const source = openSnapshotSource({
      server: url,
      accessKeyId: key.accessKeyId,
      accessKeySecret: key.accessKeySecret,
      allowPlainHttpOnLoopback: true,
      now: time.now,
      monotonicNow: time.monotonicNow,
      timer: time.timer,
      random: () => 0.5,
      onChange: (state) => changes.emit('change', state),
      ...more,
    });
    return new ReplicatedGuard(source, time, changes);
  }

  get state(): SnapshotState {
    return this.source.state;
  }

  /**
   * Checks a request signed with a key, as of a protected service.
   * @returns `Allow`, `Deny`, or the code of a refusal before any policy is evaluated
   */
  async verdict(
    key: ClientKey,
    action = 'orders:GetOrder',
    resource = 'acs:orders:*:1:order/1',
    peerAddress = '198.51.100.7',
  ): Promise<Verdict> {
    const { accessKeyId, accessKeySecret, securityToken } = key;
    const signed = signRequest(
      { method: 'GET', target: '/orders/1', headers: [['host', 'orders.example']] },
      { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) },
      { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: randomUUID() },
    );
    const request: GuardRequest = { ...signed, peerAddress, secure: true };
    const signature = readSignature(request);
    if ('refused' in signature) return signature.code;
    const identity = await this.#guard.authenticate(request, signature, { product: 'orders', region: '*' });
    if (identity.refused) return identity.code;
    return this.#guard.authorize(identity, [{ action, resource }]).allowed ? 'Allow' : 'Deny';
  }

  /** Waits until a condition holds; it is checked after every change of the copy. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const change = once(this.#changes, 'change');
      if (await isSo()) return;
      await change;
    }
  }

  /** Waits until a request is decided so. */
  async untilVerdict(
    expected: Verdict,
    key: ClientKey,
    action?: string,
    resource?: string,
    peerAddress?: string,
  ): Promise<void> {
    await this.until(async () => (await this.verdict(key, action, resource, peerAddress)) === expected);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

export const document = (...statements: object[]) => JSON.stringify({ Version: '1', Statement: statements });

/** Creates a RAM user with a policy of its own name, and then its key: the key never exists without the policy. */
export async function userWith(
  _server: TestServer,
  account: TestAccount,
  userName: string,
  ...statements: object[]
): Promise<ClientKey> {
  const { admin } = account;
  await admin.callRpc(RAM, 'CreateUser', { UserName: userName });
  await admin.callRpc(RAM, 'CreatePolicy', {
    PolicyName: userName,
    PolicyDocument: document(...statements),
  });
  await admin.callRpc(RAM, 'AttachPolicyToUser', {
    UserName: userName,
    PolicyName: userName,
    PolicyType: 'Custom',
  });
  const made = await admin.callRpc(RAM, 'CreateAccessKey', { UserName: userName });
  const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
  return { accessKeyId: pair.AccessKeyId, accessKeySecret: pair.AccessKeySecret };
}
