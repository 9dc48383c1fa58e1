import type { ConsoleOperation, Operation } from '../../rpc/operation.ts';
import { accessKeyExpiryOperations } from './access-key-expiry.ts';
import { passkeyRegistrationOperations } from './passkeys.ts';
import { consoleSessionOperations, sessionOperations } from './session.ts';
import { signInOperations } from './sign-in.ts';
import { simulateOperations } from './simulate.ts';
import { validatePolicyOperations } from './validate-policy.ts';

/** Claviger's own operations: what RAM's API lacks for a console. */
export const clavigerOperations: readonly Operation[] = [
  ...accessKeyExpiryOperations,
  ...passkeyRegistrationOperations,
  ...sessionOperations,
  ...simulateOperations,
  ...validatePolicyOperations,
];

/** Those by which a session of the console begins, is confirmed and ends. */
export const consoleOperations: readonly ConsoleOperation[] = [
  ...signInOperations,
  ...consoleSessionOperations,
];
