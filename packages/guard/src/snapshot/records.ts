/**
 * Record that the control plane sends of an account. A record without content is a removal; one with content
 * replaces the earlier one, so records may be repeated.
 */
export type ReplicationRecord =
  /** Status of the account, the network policy of all keys, and the policies that every user has. */
  | readonly [
      'account',
      accountId: string,
      'Active' | 'Disabled',
      networkPolicy: string | null,
      implied: readonly string[],
    ]
  /** Document in force of a policy, under the reference that others use: `Custom/name-in-lower-case`. */
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
      /** Key, value, key, value …; omitted for a user without tags, and by older releases. */
      tags?: readonly string[],
    ]
  | readonly ['user', userId: string]
  /**
   * Key of a user, or of the root (`userId` null). `verifier` verifies its ACS3-HMAC-SHA256 signatures, in
   * Base64; null if the control plane verifies them. `expiresAt` is in milliseconds since the epoch.
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

/** Control line of a connection, between its records. */
export type ReplicationMark =
  /** Everything follows, to replace the copy; or changes only. */
  | readonly ['begin', 'everything' | 'changes']
  /** Names of changed inputs of STS sessions; a name is the same on every node. */
  | readonly ['stale', ...names: readonly string[]]
  /**
   * Commits everything before it.
   *
   * @param cursor position to resume from after a reconnect
   * @param sinceOpened milliseconds since the control plane received the request of this connection
   * @param behind milliseconds since this node of the control plane last heard of changes of the others
   */
  | readonly ['commit', cursor: string, sinceOpened: number, behind: number];

/** First frame of a connection, the only one that is not sealed. */
export interface Hello {
  readonly Protocol: 1;
  readonly AccountId: string;
  readonly ConnectionId: string;
  /** Public key of the control plane for this connection: X25519, Base64url. */
  readonly PublicKey: string;
}

/**
 * Message of the control plane that this guard does not understand. The control plane may be newer; nothing
 * is applied.
 */
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

/** Validators of the fields of each kind of record, in order. */
const fields: Readonly<Record<string, readonly ((value: unknown) => boolean)[]>> = {
  account: [isText, oneOf('Active', 'Disabled'), textOrNull, texts],
  policy: [isText, isText, oneOf('System', 'Custom'), isText, isText],
  group: [isText, texts],
  user: [isText, isText, texts, texts, pairsOfTexts],
  'access-key': [isText, textOrNull, verifierOrNull, oneOf('Active', 'Inactive'), numberOrNull, textOrNull],
  begin: [oneOf('everything', 'changes')],
  commit: [isText, Number.isFinite, Number.isFinite],
};

/** Kinds of records that may come without content. */
const REMOVABLE_KINDS = new Set(['policy', 'group', 'user', 'access-key']);

/**
 * Parses a line.
 *
 * @throws UnknownRecord if it is not a well-formed record or control line
 */
export function readLine(line: string): ReplicationRecord | ReplicationMark {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The line may hold secrets: the error quotes nothing of it.
    throw new UnknownRecord('a line that is not JSON');
  }
  if (!Array.isArray(value) || typeof value[0] !== 'string')
    throw new UnknownRecord('a line that is not a record');
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
