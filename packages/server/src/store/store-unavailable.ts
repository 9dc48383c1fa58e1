/**
 * The database cannot be reached, cannot be written, or keeps asking for retries; the request is not at fault. If the
 * connection was lost during the commit of `Store.write`, the change may or may not have been made; it is never half
 * made. The message contains no address and no credential; `cause` has the driver's error, for the log.
 */
export class StoreUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreUnavailable';
  }
}

/** Every connection to the database was in use for as long as a request may wait for one. */
export class ConnectionsExhausted extends StoreUnavailable {}
