/**
 * Logs rejections that no code handles, while `work` runs. Node would end the process, and with it all requests in
 * progress, because of an error in background work.
 */
export async function withLoggedRejections<T>(
  log: (error: unknown) => void,
  work: () => Promise<T>,
): Promise<T> {
  process.on('unhandledRejection', log);
  try {
    return await work();
  } finally {
    process.off('unhandledRejection', log);
  }
}
