import type { ConsoleOperation, Operation } from '../../rpc/operation.ts';
import { consoleSessionOperations, sessionOperations } from './session.ts';
import { signInOperations } from './sign-in.ts';

/** Claviger's own operations: what RAM's API lacks for a console. */
export const clavigerOperations: readonly Operation[] = [...sessionOperations];

/** Those by which a session of the console begins, is confirmed and ends. */
export const consoleOperations: readonly ConsoleOperation[] = [
  ...signInOperations,
  ...consoleSessionOperations,
];
