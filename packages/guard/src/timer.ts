/** Calls back once after a time in milliseconds; returns a function that cancels. */
export type Timer = (callback: () => void, milliseconds: number) => () => void;

/** Timer of the system; it does not keep the process alive. */
export const systemTimer: Timer = (callback, milliseconds) => {
  const timeout = setTimeout(callback, milliseconds);
  timeout.unref();
  return () => clearTimeout(timeout);
};
