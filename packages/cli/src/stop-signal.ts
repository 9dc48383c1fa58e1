/** How often the parent process is looked at, ms. */
const PARENT_INTERVAL_MS = 250;

/**
 * Resolves at the first SIGTERM or SIGINT; a second one ends the process. In a process that npm has started (`npx`,
 * `npm start`) it resolves as well when its parent has ended: npm hands a SIGTERM to the shell between the two, and that
 * shell ends without handing it on.
 */
export function stopSignal(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    if (environment['npm_command'] === undefined) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve();
    }, PARENT_INTERVAL_MS).unref();
  });
}
