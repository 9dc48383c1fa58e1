import { quote } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import type { PlacedText } from './json-values.ts';

/** `<ram-code>:<action>`, with wildcards in either part. */
const ACTION = /^[A-Za-z0-9*?_.-]+:[A-Za-z0-9*?_.:/-]+$/;

/** Validates the values of `Action` or `NotAction`. */
export function parseActions(values: readonly PlacedText[], faults: FaultList): void {
  for (const { text, at, path } of values) {
    if (text === '*' || ACTION.test(text)) continue;
    faults.add(
      path,
      at,
      `${quote(text)} is not an action`,
      'write `<ram-code>:<action>`, as in `ram:ListUsers` or `ram:Get*`, or `*` for all actions',
    );
  }
}
