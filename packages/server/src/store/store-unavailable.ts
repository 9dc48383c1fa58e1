/**
 * The database cannot be reached, cannot be written, or keeps asking for retries: nobody's request is at fault.
 * After it was thrown by `Store.write` the change may or may not have been made when the connection was lost
 * during the commit; it is never half made. The message names no address and no credential; what the driver
 * said is in `cause`, for the log.
 */
export class StoreUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreUnavailable';
  }
}
