import type { RequestHead, SignedRequest } from '@claviger/signature';

/** A captured request, with the other facts of the capture. */
export interface CapturedRequest {
  readonly request: SignedRequest | RequestHead;
  /** Assumptions made while reading the capture. */
  readonly notes: readonly string[];
  /** Host and port that the request was sent to, if known. */
  readonly sentTo?: string;
  /** Body of the server's response, if known. */
  readonly serverMessage?: string;
  /** Time of the response, in milliseconds since the epoch. */
  readonly answeredAt?: number;
}

/** A text that cannot be read as a captured request. The message names the place and the reason. */
export class InvalidCapture extends Error {
  override readonly name = 'InvalidCapture';
}
