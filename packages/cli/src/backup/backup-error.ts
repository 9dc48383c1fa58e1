/** Backup that cannot be made, read or restored; the message is for operators. */
export class BackupError extends Error {
  override readonly name = 'BackupError';

  /** @param cause error of the system or a library */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
