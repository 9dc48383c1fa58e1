import { aliasOf, clearAlias, setAlias } from '../../accounts/alias.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { text } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2015-05-01';

/** 3 to 32 lower-case letters, digits and hyphens; no leading, trailing or double hyphen. */
const accountAlias = text({ min: 3, max: 32, format: /^[a-z0-9]+(?:-[a-z0-9]+)*$/ });

/** RAM operations on the account's alias. */
export const accountOperations: readonly Operation[] = [
  // Returns the alias; the account id if none is set.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetAccountAlias',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetAccountAlias', call),
    async handle(_, call) {
      return { AccountAlias: aliasOf(call) };
    },
  }),

  // Sets the alias, and with it the default domain.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'SetAccountAlias',
    access: 'write',
    security: { effect: 'credential' },
    input: { AccountAlias: accountAlias },
    authorize: (_, call) => demandOnAccount('ram:SetAccountAlias', call),
    async handle(input, call) {
      await setAlias(call, input.AccountAlias);
      return {};
    },
  }),

  // Resets the alias to the account id.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ClearAccountAlias',
    access: 'write',
    security: { effect: 'credential' },
    input: {},
    authorize: (_, call) => demandOnAccount('ram:ClearAccountAlias', call),
    async handle(_, call) {
      await clearAlias(call);
      return {};
    },
  }),
];
