/** Streamed answer without an end of its own. */
export interface OpenedStream {
  readonly contentType: string;
  /**
   * Yields the pieces; the next one is requested only when the last one was sent.
   * @param ended aborted when the client is gone or the server stops
   */
  chunks(ended: AbortSignal): AsyncIterable<Uint8Array>;
  /** Releases its resources. Called when the chunks have ended for any reason, or are not sent at all. */
  close(): void;
}
