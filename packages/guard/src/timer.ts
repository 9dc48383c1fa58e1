/** Calls back once, after so many milliseconds; returns how to cancel. */
export type Timer = (callback: () => void, milliseconds: number) => () => void;

/** The system's; it keeps no process alive that has nothing else to do. */
export const systemTimer: Timer = (callback, milliseconds) => {
  const timeout = setTimeout(callback, milliseconds);
  timeout.unref();
  return () => clearTimeout(timeout);
};
