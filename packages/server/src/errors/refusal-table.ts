import { GUARD_REFUSALS, type RefusalEntry } from '@claviger/guard/internal';
import { ENTITY_REFUSALS } from './entity-refusals.ts';
import { REQUEST_REFUSALS } from './request-refusals.ts';
import { SIGN_IN_REFUSALS } from './sign-in-refusals.ts';

/**
 * Every refusal of the control plane: those of a guard, and its own. Codes and statuses are RAM's, since Terraform
 * and the SDKs decide by them; where RAM's are not known, the nearest of its family is taken. Each code has its cause
 * and remedy in `docs/errors.md`, which is generated from this table.
 */
export const REFUSALS = {
  ...GUARD_REFUSALS,
  ...REQUEST_REFUSALS,
  ...SIGN_IN_REFUSALS,
  ...ENTITY_REFUSALS,
} as const satisfies Record<string, RefusalEntry>;

/** Name of a row of the table. */
export type RefusalCode = keyof typeof REFUSALS;

/** Rows of the table by name, with the code of each on the wire. */
export const refusalRows = (): readonly (readonly [name: string, row: Required<RefusalEntry>])[] =>
  Object.entries<RefusalEntry>(REFUSALS).map(([name, row]) => [name, { code: name, ...row }]);

/** Anchor of a code in `docs/errors.md`: the code itself; that of `Missing{name}` is `MissingName`. */
export const docsAnchor = (code: string): string => code.replace('{name}', 'Name');
