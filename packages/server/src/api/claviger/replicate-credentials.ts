import { Refusal } from '../../errors/refusal.ts';
import {
  type Call,
  type Operation,
  ownOperation,
  type StreamOperation,
  streamOperation,
} from '../../pipeline/operation.ts';
import { replicate } from '../../replication/replicate.ts';
import { resolveStsSession } from '../../replication/resolve-sts-session.ts';
import { list, optional, secret, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { printableLine } from '../printable-text.ts';
import { demandOfGuard, guardName, serviceName } from './guard-name.ts';
import { VERSION } from './version.ts';

/** X25519 public key, 32 bytes in Base64url. */
const publicKey = text({ format: /^[A-Za-z0-9_-]{43}$/ });

/** Maximum number of services of one process, which may protect more than its registration covers. */
const MAX_PROTECTED_SERVICES = 1000;

/** Services that the guard protects at present; it receives no data for others, registered or not. */
const protectedServices = optional(list(serviceName, MAX_PROTECTED_SERVICES));

const demand = (input: { readonly GuardName: string | undefined }, call: Call) =>
  demandOfGuard('ReplicateCredentials', call, input.GuardName);

/** Stream of an account's credentials to a guard. */
export const replicationStreams: readonly StreamOperation[] = [
  streamOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ReplicateCredentials',
    access: 'stream',
    callers: 'guards',
    endEvent: 'DisconnectGuard',
    input: {
      GuardName: guardName,
      GuardVersion: optional(printableLine(64)),
      ProtectedServices: protectedServices,
      PublicKey: publicKey,
      Cursor: optional(text({ max: 128 })),
    },
    authorize: demand,
    async open(input, call) {
      return replicate(call, {
        publicKey: input.PublicKey,
        cursor: input.Cursor,
        version: input.GuardVersion ?? '',
        services: input.ProtectedServices,
      });
    },
  }),
];

/** Operation on STS sessions, which the replicated credentials lack: only the control plane can read their tokens. */
export const replicationOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ResolveSecurityToken',
    access: 'read',
    callers: 'guards',
    input: {
      GuardName: guardName,
      PublicKey: publicKey,
      SessionAccessKeyId: accessKeyId,
      SessionToken: secret(text({ max: 32_768 })),
      ProtectedServices: protectedServices,
    },
    answer: { 'Problem?': 'string', 'Detail?': 'string', 'PublicKey?': 'string', 'Sealed?': 'string' },
    // Part of replication: a caller with access to all keys of the account learns nothing more from it.
    authorize: demand,
    async handle(input, call) {
      const { identity } = call;
      if (identity.by !== 'signature') throw new Refusal('SignatureOnly', { action: 'ResolveSecurityToken' });
      return resolveStsSession(
        { ...call, identity },
        {
          accessKeyId: input.SessionAccessKeyId,
          token: input.SessionToken,
          publicKey: input.PublicKey,
          services: input.ProtectedServices,
        },
      );
    },
  }),
];
