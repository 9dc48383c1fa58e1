import { readUserSsoSettings, updateUserSsoSettings } from '../../federation/user-sso-settings.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { flag } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { VERSION } from './version.ts';

const demand = (action: string, call: Call) => demandOnAccount(`claviger:${action}`, call);

/** Operations on the accepted SAML responses; separate from `SetUserSsoSettings`, whose parameters are RAM's. */
export const userSsoResponsePolicyOperations: readonly Operation[] = [
  // Returns whether an unsolicited SAML response signs a user in; false by default.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetUserSsoResponsePolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: { AcceptUnsolicited: flag() },
    answer: { AcceptUnsolicited: 'boolean' },
    authorize: (_, call) => demand('SetUserSsoResponsePolicy', call),
    async handle(input, call) {
      const settings = await updateUserSsoSettings(call, { unsolicitedResponses: input.AcceptUnsolicited });
      return { AcceptUnsolicited: settings.unsolicitedResponses };
    },
  }),

  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetUserSsoResponsePolicy',
    access: 'read',
    input: {},
    answer: { AcceptUnsolicited: 'boolean' },
    authorize: (_, call) => demand('GetUserSsoResponsePolicy', call),
    async handle(_, call) {
      const { unsolicitedResponses } = await readUserSsoSettings(call);
      return { AcceptUnsolicited: unsolicitedResponses };
    },
  }),
];
