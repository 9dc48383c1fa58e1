/** An answer that has no end of its own, sent as it comes about. */
export interface OpenedStream {
  readonly contentType: string;
  /**
   * What is sent; the next piece is asked for only when the last one has gone out.
   * @param ended aborted when the client is gone or the server stops
   */
  chunks(ended: AbortSignal): AsyncIterable<Uint8Array>;
  /** Lets go of what it holds: called when its chunks have ended, however, or are not sent after all. */
  close(): void;
}
