import type { ControlPlaneRefusal } from '@claviger/guard';

/** What a guard is to the control plane that has refused it. */
export interface RefusedGuard {
  readonly server: string;
  readonly accessKeyId: string;
}

const ID = 'CLAVIGER_GUARD_ACCESS_KEY_ID';
const SECRET = 'CLAVIGER_GUARD_ACCESS_KEY_SECRET';

/**
 * What to say of a control plane that refuses a guard for good: what it was asked, why it refuses, and what to change.
 * The secret is not in it.
 */
export function explainGuardRefusal(refusal: ControlPlaneRefusal, guard: RefusedGuard): string {
  const { code, httpStatus } = refusal;
  const began = `${guard.server} gives this guard no credentials`;
  const [reason, advice] = meaningOf(refusal, guard);
  return `${began}: ${reason} (${code}, ${httpStatus}).\n${advice}`;
}

function meaningOf(
  { code, message }: ControlPlaneRefusal,
  { server, accessKeyId }: RefusedGuard,
): readonly [reason: string, advice: string] {
  switch (code) {
    case 'InvalidAccessKeyId.NotFound':
      return [
        `it knows no guard with the AccessKey ${accessKeyId}`,
        `Set ${ID} and ${SECRET} to what \`claviger guard add\` has printed for this server.`,
      ];
    case 'InvalidAccessKeyId.Inactive':
      return [
        `the guard of the AccessKey ${accessKeyId}, or its account, is disabled`,
        `Enable it with \`claviger guard enable\`, or set ${ID} and ${SECRET} to those of another one.`,
      ];
    case 'SignatureDoesNotMatch':
      return [
        `the AccessKey ${accessKeyId} has another secret than ${SECRET}`,
        `Set ${SECRET} to the secret that was shown when the key was made; look for blanks and quotes around it.`,
      ];
    case 'NoPermission':
      return [
        `the AccessKey ${accessKeyId} is not of a guard that is registered under this name`,
        `Register one beside the server's data with \`claviger guard add NAME --service SERVICE\`, and set ${ID} and ${SECRET} to what it prints. The server says: ${message}`,
      ];
    case 'Forbidden.AccessKeyNetworkPolicy':
      return [
        `the network policy of the AccessKey ${accessKeyId} or of its account does not allow this machine's address`,
        `Allow the address in the policy. The server says: ${message}`,
      ];
    case 'InvalidTimeStamp.Expired':
      return [
        'the clocks of this machine and of the server differ',
        `Set them right. The server says: ${message}`,
      ];
    default:
      return [
        message,
        `Look at ${ID}, at ${SECRET}, and at whether ${server} is a Claviger of this version.`,
      ];
  }
}
