import type { ControlPlaneRefusal } from '@claviger/guard';

/** The guard that was refused, and the control plane that refused it. */
export interface RejectedGuard {
  readonly server: string;
  readonly accessKeyId: string;
}

const ID = 'CLAVIGER_GUARD_ACCESS_KEY_ID';
const SECRET = 'CLAVIGER_GUARD_ACCESS_KEY_SECRET';

/**
 * Describes a permanent refusal by the control plane: the reason and what to change. The secret is not part of it.
 */
export function describeControlPlaneRefusal(refusal: ControlPlaneRefusal, guard: RejectedGuard): string {
  const { code, httpStatus } = refusal;
  const [reason, advice] = meaningOf(refusal, guard);
  return `${guard.server} refuses this guard: ${reason} (${code}, ${httpStatus}).\n${advice}`;
}

function meaningOf(
  { code, message }: ControlPlaneRefusal,
  { server, accessKeyId }: RejectedGuard,
): readonly [reason: string, advice: string] {
  switch (code) {
    case 'InvalidAccessKeyId.NotFound':
      return [
        `it has no guard with the AccessKey ${accessKeyId}`,
        `Set ${ID} and ${SECRET} to the values that \`claviger guard add\` printed for this server.`,
      ];
    case 'InvalidAccessKeyId.Inactive':
      return [
        `the guard of the AccessKey ${accessKeyId}, or its account, is disabled`,
        `Enable it with \`claviger guard enable\`, or set ${ID} and ${SECRET} to the credential of another guard.`,
      ];
    case 'SignatureDoesNotMatch':
      return [
        `${SECRET} is not the secret of the AccessKey ${accessKeyId}`,
        `Set ${SECRET} to the secret that was shown when the key was created, without spaces and quotes around it.`,
      ];
    case 'NoPermission':
      return [
        `the AccessKey ${accessKeyId} does not belong to a guard of this name`,
        `Register one with \`claviger guard add NAME --service SERVICE\` on the server's data, and set ${ID} and ${SECRET} to the values it prints. Message of the server: ${message}`,
      ];
    case 'Forbidden.AccessKeyNetworkPolicy':
      return [
        `the network policy of the AccessKey ${accessKeyId} or its account does not allow the address of this machine`,
        `Allow the address in the policy. Message of the server: ${message}`,
      ];
    case 'InvalidTimeStamp.Expired':
      return [
        'the clocks of this machine and of the server differ',
        `Synchronise them. Message of the server: ${message}`,
      ];
    default:
      return [message, `Check ${ID}, ${SECRET}, and that ${server} is a Claviger server of this version.`];
  }
}
