/** Secret settings. They have no flag, because the process list and the shell history would show it. */
export const ENVIRONMENT_ONLY: ReadonlySet<string> = new Set([
  'masterKey',
  'vaultToken',
  'auditWebhookSecret',
  'auditS3AccessKeyId',
  'auditS3SecretAccessKey',
]);

/** Returns the name of a setting's flag, without the dashes in front: `trusted-proxies`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
