import type { RequestHead, SignedRequest } from '@claviger/signature';

/** A request that somebody has written down, and what else the writing tells. */
export interface CapturedRequest {
  readonly request: SignedRequest | RequestHead;
  /** What was taken for granted in reading it. */
  readonly notes: readonly string[];
  /** Host and port of the address that it was sent to, when that is known. */
  readonly sentTo?: string;
  /** What the server answered, when that is known. */
  readonly serverMessage?: string;
  /** When the server answered: milliseconds since the epoch. */
  readonly answeredAt?: number;
}

/** What cannot be read as a captured request; the message says where and why. */
export class CaptureUnreadable extends Error {
  override readonly name = 'CaptureUnreadable';
}
