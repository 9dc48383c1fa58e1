import { StoreUnavailable } from '../store-unavailable.ts';

const BUSY = 5;

/** BUSY, LOCKED, NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the file or the disk, not the statement. */
const UNAVAILABLE_CODES = new Set([BUSY, 6, 7, 10, 11, 13, 14, 26]);

/** Returns SQLite's primary result code; `undefined` for errors that are not SQLite's. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Returns the error for the callers of the store. */
export function translated(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined || !UNAVAILABLE_CODES.has(code)) return error;
  return new StoreUnavailable('the database file cannot be used', error);
}

/** Returns whether another process held the file, so that a retry can help. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailable && resultCode(error.cause) === BUSY;
}

/** Returns whether the disk or the file failed, so that SQLite may have rolled the transaction back by itself. */
export function isDiskFailure(error: unknown): boolean {
  return error instanceof StoreUnavailable && !isBusy(error);
}

/** Error of SQLite as it passes from a thread to another: a structured clone of an error loses its codes. */
export interface PassedError {
  readonly message: string;
  readonly code: string | undefined;
  readonly errcode: number | undefined;
}

/** Returns what another thread needs to make the error again. */
export function passedError(error: unknown): PassedError {
  if (!(error instanceof Error)) return { message: String(error), code: undefined, errcode: undefined };
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return {
    message: error.message,
    code: typeof code === 'string' ? code : undefined,
    errcode: typeof errcode === 'number' ? errcode : undefined,
  };
}

/** Returns the error that another thread has passed. */
export function receivedError({ message, code, errcode }: PassedError): Error {
  return Object.assign(
    new Error(message),
    code === undefined ? {} : { code },
    errcode === undefined ? {} : { errcode },
  );
}
