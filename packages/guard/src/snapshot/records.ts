/**
 * What the control plane tells a guard of an account, record by record. A record without a content says that the
 * thing is gone; one with a content takes the place of what was said of the thing before, so a record may come twice.
 */
export type ReplicationRecord =
  /** Whether all keys are inactive, the network policy of all keys, and the policies that every user has. */
  | readonly [
      'account',
      accountId: string,
      'Active' | 'Disabled',
      networkPolicy: string | null,
      implied: readonly string[],
    ]
  /** The document in force of a policy that others refer to by its reference: `Custom/name-in-lower-case`. */
  | readonly [
      'policy',
      reference: string,
      name: string,
      type: 'System' | 'Custom',
      version: string,
      text: string,
    ]
  | readonly ['policy', reference: string]
  | readonly ['group', groupId: string, policies: readonly string[]]
  | readonly ['group', groupId: string]
  | readonly [
      'user',
      userId: string,
      userName: string,
      groupIds: readonly string[],
      policies: readonly string[],
      /** Key, value, key, value …; left out for a user without tags, as releases before tags do. */
      tags?: readonly string[],
    ]
  | readonly ['user', userId: string]
  /**
   * A key of a user, or of the root (`userId` null). `verifier` is what verifies its ACS3-HMAC-SHA256 signatures, in
   * Base64; null when the control plane verifies them. `expiresAt` is in milliseconds since the epoch.
   */
  | readonly [
      'access-key',
      accessKeyId: string,
      userId: string | null,
      verifier: string | null,
      'Active' | 'Inactive',
      expiresAt: number | null,
      networkPolicy: string | null,
    ]
  | readonly ['access-key', accessKeyId: string];

/** What a connection says beside its records. */
export type ReplicationMark =
  /** What follows is everything, to take the place of the copy; or only what changed. */
  | readonly ['begin', 'everything' | 'changes']
  /** Sessions that were made from something which changed; a name stands for the same thing on every node. */
  | readonly ['stale', ...names: readonly string[]]
  /**
   * All before it counts from now on, together.
   * @param cursor where to go on after a reconnect
   * @param sinceOpened milliseconds since the control plane received the request of this connection
   * @param behind for how many milliseconds this node of the control plane has not heard of changes of the others
   */
  | readonly ['commit', cursor: string, sinceOpened: number, behind: number];

/** The first frame of a connection, the only one that is not sealed. */
export interface Hello {
  readonly Protocol: 1;
  readonly AccountId: string;
  readonly ConnectionId: string;
  /** Of the control plane, for this connection: X25519, Base64url. */
  readonly PublicKey: string;
}

/** What the control plane says is not what this guard understands. It may be newer; nothing of it is applied. */
export class UnknownRecord extends Error {
  constructor(what: string) {
    super(`the control plane sent ${what}, which this guard does not know: it may be newer than the guard`);
    this.name = 'UnknownRecord';
  }
}

const textOrNull = (value: unknown) => value === null || typeof value === 'string';
const verifierOrNull = (value: unknown) =>
  value === null || (typeof value === 'string' && /^[A-Za-z0-9+/]{86}==$/.test(value));
const isText = (value: unknown) => typeof value === 'string';
const texts = (value: unknown) => Array.isArray(value) && value.every(isText);
const pairsOfTexts = (value: unknown) => texts(value) && (value as unknown[]).length % 2 === 0;
const numberOrNull = (value: unknown) => value === null || typeof value === 'number';
const oneOf =
  (...words: string[]) =>
  (value: unknown) =>
    words.includes(value as string);

/** What stands behind the word of each record, in the order of its fields. */
const fields: Readonly<Record<string, readonly ((value: unknown) => boolean)[]>> = {
  account: [isText, oneOf('Active', 'Disabled'), textOrNull, texts],
  policy: [isText, isText, oneOf('System', 'Custom'), isText, isText],
  group: [isText, texts],
  user: [isText, isText, texts, texts, pairsOfTexts],
  'access-key': [isText, textOrNull, verifierOrNull, oneOf('Active', 'Inactive'), numberOrNull, textOrNull],
  begin: [oneOf('everything', 'changes')],
  commit: [isText, Number.isFinite, Number.isFinite],
};

/** Those that may come without a content. */
const REMOVABLE_KINDS = new Set(['policy', 'group', 'user', 'access-key']);

/** @throws UnknownRecord when it is no record or mark, or not of the form that its word has */
export function readLine(line: string): ReplicationRecord | ReplicationMark {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The line may hold secrets: nothing of it is said.
    throw new UnknownRecord('something that is not JSON');
  }
  if (!Array.isArray(value) || typeof value[0] !== 'string')
    throw new UnknownRecord('something else than a record');
  const [word, ...rest] = value as [string, ...unknown[]];
  if (word === 'stale') {
    if (!rest.every(isText)) throw malformed(word);
    return value as unknown as ReplicationMark;
  }
  const expected = fields[word];
  if (expected === undefined) throw new UnknownRecord(`a record of the kind \`${word.slice(0, 32)}\``);
  const isRemoval = rest.length === 1 && REMOVABLE_KINDS.has(word) && isText(rest[0]);
  const isOfLength =
    rest.length === expected.length || (word === 'user' && rest.length === expected.length - 1);
  const isWhole = isOfLength && rest.every((value, at) => expected[at]?.(value));
  if (!isRemoval && !isWhole) throw malformed(word);
  return value as unknown as ReplicationRecord | ReplicationMark;
}

function malformed(word: string): UnknownRecord {
  return new UnknownRecord(`a record of the kind \`${word}\` in another form`);
}
