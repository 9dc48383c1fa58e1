import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { History } from './history.ts';
import { withClient } from './killable-postgres.ts';
import { pick } from './seeded-random.ts';
import { type AccessKey, type Answer, type Caller, type PreparedRequest, prepare } from './signed-call.ts';

/** Keys that are used and revoked at the same time. */
const REVOKERS = 5;

/** Clients that try to break one promise each, until they are stopped. */
export class Probes {
  /** For each revoked key, milliseconds from the answer to the last call sent that was still accepted anywhere. */
  readonly revocations: number[] = [];
  readonly counts = { callsAfterRevocation: 0, keyRaces: 0, requestsSentTwice: 0 };
  readonly #cluster: Cluster;
  readonly #history: History;
  readonly #random: () => number;
  readonly #boundMs: number;
  #isStopped = false;
  #names = 0;
  #running: Promise<unknown> | undefined;

  /** @param boundMs documented staleness bound */
  constructor(cluster: Cluster, history: History, random: () => number, boundMs: number) {
    this.#cluster = cluster;
    this.#history = history;
    this.#random = random;
    this.#boundMs = boundMs;
  }

  start(): void {
    this.#running = Promise.all([
      ...Array.from({ length: REVOKERS }, () => this.#repeat(() => this.#revoke())),
      this.#repeat(() => this.#raceForKeys()),
      this.#repeat(() => this.#sendTwice()),
      this.#repeat(() => this.#countKeys()),
    ]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #repeat(work: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) await work();
  }

  #name(kind: string): string {
    this.#names += 1;
    return `${kind}-${this.#names}`;
  }

  async #call(
    caller: Caller,
    key: AccessKey,
    action: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await caller.call(key, action, parameters);
    this.#history.count(answer, action);
    if (answer.status === 200 && action !== 'GetCallerIdentity' && !action.startsWith('List'))
      this.#history.answered(action, answer);
    return answer;
  }

  /** Calls as the administrator at any node. */
  #administer(action: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
    const caller = pick(this.#cluster.callers, this.#random);
    return this.#call(caller, this.#cluster.administrator, action, parameters);
  }

  /** Creates a user, and a key for it. @returns `undefined` if that was not answered */
  async #createKey(name: string): Promise<AccessKey | undefined> {
    if ((await this.#administer('CreateUser', { UserName: name })).status !== 200) return undefined;
    this.#history.userCreated(name);
    const { status, body } = await this.#administer('CreateAccessKey', { UserName: name });
    return status === 200 ? (body['AccessKey'] as AccessKey) : undefined;
  }

  /** Disables or deletes a key that every node is asked with all the time, and notes what is accepted afterwards. */
  async #revoke(): Promise<void> {
    const name = this.#name('revoked');
    const key = await this.#createKey(name);
    if (key === undefined) return delay(50);
    await this.#administer('AttachPolicyToUser', {
      UserName: name,
      PolicyName: 'AliyunRAMFullAccess',
      PolicyType: 'System',
    });
    let answeredAt = Number.POSITIVE_INFINITY;
    let lastAccepted = 0;
    const askers = this.#cluster.callers.map(async (caller) => {
      for (let attempt = 0; ; attempt += 1) {
        const sentAt = performance.now();
        // Every fourth one writes: that looks the caller up in its transaction, without any bound.
        const writes = attempt % 4 === 3;
        const written = `${name}-${caller.name}-${attempt}`;
        const answer = writes
          ? await this.#call(caller, key, 'CreateUser', { UserName: written })
          : await this.#call(caller, key, 'GetCallerIdentity');
        if (writes && answer.status === 200) this.#history.userCreated(written);
        const after = sentAt - answeredAt;
        if (after > 0) this.counts.callsAfterRevocation += 1;
        if (after > 0 && answer.status === 200) {
          lastAccepted = Math.max(lastAccepted, after);
          const text = `${caller.name} accepted ${key.AccessKeyId} ${Math.round(after)} ms after its revocation, ${answer.requestId}`;
          if (writes) this.#history.violation('writtenAfterRevocation', text);
          else if (after > this.#boundMs) this.#history.violation('acceptedAfterRevocation', text);
        }
        if ((after > 0 && answer.code.startsWith('InvalidAccessKeyId')) || after > this.#boundMs + 2000)
          return;
        await delay(15);
      }
    });
    await delay(100 + this.#random() * 500);
    const deletes = this.#random() < 0.3;
    const parameters = { UserName: name, UserAccessKeyId: key.AccessKeyId };
    for (;;) {
      const answer = deletes
        ? await this.#administer('DeleteAccessKey', parameters)
        : await this.#administer('UpdateAccessKey', { ...parameters, Status: 'Inactive' });
      // A deletion whose answer was lost is answered with 404 afterwards.
      if (answer.status === 200 || (deletes && answer.status === 404)) break;
      await delay(50);
    }
    answeredAt = performance.now();
    this.#history.keyBecame(key.AccessKeyId, deletes ? 'absent' : 'Inactive');
    await Promise.all(askers);
    this.revocations.push(lastAccepted);
  }

  /** Creates keys of one user at all nodes at once. */
  async #raceForKeys(): Promise<void> {
    const name = this.#name('raced');
    if ((await this.#administer('CreateUser', { UserName: name })).status !== 200) return delay(50);
    this.#history.userCreated(name);
    const callers = this.#cluster.callers;
    await Promise.all(
      [...callers, ...callers].map((caller) =>
        this.#call(caller, this.#cluster.administrator, 'CreateAccessKey', { UserName: name }),
      ),
    );
    this.counts.keyRaces += 1;
    await delay(100);
  }

  /** Sends the same request to all nodes at once, and to one of them once more after a while. */
  async #sendTwice(): Promise<void> {
    const { administrator, callers } = this.#cluster;
    const request = prepare(administrator, 'GetCallerIdentity', {}, `127.0.0.1:${this.#cluster.front.port}`);
    const answers = await Promise.all(callers.map((caller) => this.#send(caller, request)));
    await delay(this.#random() * 3000);
    answers.push(await this.#send(pick(callers, this.#random), request));
    this.counts.requestsSentTwice += 1;
    const accepted = answers.filter(({ status }) => status === 200).length;
    if (accepted > 1)
      this.#history.violation('nonceAcceptedTwice', `one request was accepted ${accepted} times`);
  }

  async #send(caller: Caller, request: PreparedRequest): Promise<Answer> {
    const answer = await caller.send(request);
    this.#history.count(answer, 'GetCallerIdentity');
    return answer;
  }

  /** Counts the keys in the database, when it answers. */
  async #countKeys(): Promise<void> {
    await withClient(this.#cluster.postgres.url, (client) => this.#history.checkKeyCounts(client)).catch(
      () => {},
    );
    await delay(500);
  }
}
