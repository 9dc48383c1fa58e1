import { arn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { unbindDevice } from '../../mfa/binding.ts';
import { type Call, type Operation, ownOperation, ownPreparedOperation } from '../../pipeline/operation.ts';
import type { ConsoleSession } from '../../session/console-session.ts';
import { changeConsoleSession } from '../../session/console-session.ts';
import { beginDeviceEnrolment, finishDeviceEnrolment } from '../../session/device-enrolment.ts';
import { changeRootPassword, prepareRootPassword } from '../../session/root-password.ts';
import { authenticationCode } from '../mfa-fields.ts';
import { password } from '../password-fields.ts';
import { sessionIdentityOf } from './session.ts';
import { VERSION } from './version.ts';

const demand = (action: string, call: Call) => [
  { action, resource: arn.user(call.account.accountId, 'root') },
];

/** Console operations of the account root on its own sign-in: RAM has no API for it. */
export const rootCredentialOperations: readonly Operation[] = [
  // Changes the root password and ends all sessions of the root.
  ownPreparedOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ChangeRootPassword',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: { NewPassword: password },
    answer: {},
    authorize: (_, call) => demand('claviger:ChangeRootPassword', call),
    prepare(input, call) {
      rootSession(call);
      return prepareRootPassword(call, input.NewPassword);
    },
    async handle(input, call, prepared) {
      rootSession(call);
      await changeRootPassword(call, input.NewPassword, prepared);
      return {};
    },
  }),

  // Returns a seed for the root's device; the device is not stored yet.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginRootDevice',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: {},
    answer: { Seed: 'string', QRCodePNG: 'string' },
    authorize: (_, call) => demand('claviger:BindRootDevice', call),
    async handle(_, call) {
      const { seed, qrCode } = await beginDeviceEnrolment(call, rootSession(call));
      return { Seed: seed, QRCodePNG: qrCode };
    },
  }),

  // Binds the root's device after two consecutive codes.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BindRootDevice',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: { Code1: authenticationCode, Code2: authenticationCode },
    answer: {},
    authorize: (_, call) => demand('claviger:BindRootDevice', call),
    async handle(input, call) {
      const session = rootSession(call);
      await finishDeviceEnrolment(call, session, [input.Code1, input.Code2]);
      await changeConsoleSession(call.queries, session.row.session_hash, { sealed_seed: null });
      return {};
    },
  }),

  // Unbinds the root's device and ends the sessions that were signed in with it.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'UnbindRootDevice',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: {},
    answer: {},
    authorize: (_, call) => demand('claviger:UnbindRootDevice', call),
    async handle(_, call) {
      await unbindDevice(call, rootSession(call).owner);
      return {};
    },
  }),
];

/**
 * Returns the console session of the root. @throws Refusal NoPermission for other principals, whatever their policies
 */
function rootSession(call: Call): ConsoleSession {
  const { session } = sessionIdentityOf(call);
  if (session.owner.type !== 'root') throw new Refusal('NoPermission.NotRoot');
  return session;
}
