import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SigningCredentials } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { readInputFile } from './input-file.ts';
import type { Terminal } from './terminal.ts';

const ID = 'ALIBABA_CLOUD_ACCESS_KEY_ID';
const SECRET = 'ALIBABA_CLOUD_ACCESS_KEY_SECRET';
const TOKEN = 'ALIBABA_CLOUD_SECURITY_TOKEN';

/** Help text on where a command takes its AccessKey from. */
export const ACCESS_KEY_HELP = `
The AccessKey is read from the environment variables that the official clients use:
  ${ID}, ${SECRET} and, for a temporary key, ${TOKEN}.
With --profile it is read from ~/.aliyun/config.json, which is never written. No flag takes a secret, because
the process list would show it.`;

/** Profile of the official command-line tool. Its fields are not checked: they may have any type. */
interface Profile {
  readonly name: string;
  readonly mode?: unknown;
  readonly access_key_id?: unknown;
  readonly access_key_secret?: unknown;
  readonly sts_token?: unknown;
}

/** Adds `--profile` to a command. */
export function addProfileFlag(command: Command): Command {
  return command.option('--profile <name>', 'take the AccessKey from this profile of ~/.aliyun/config.json');
}

/**
 * Returns the AccessKey to sign with.
 * @param profile name of a profile; the environment is read when it is absent
 * @returns undefined when the environment has none
 * @throws CommanderError when the environment has half of a key, or the profile has none
 */
export function findAccessKey(
  terminal: Terminal,
  profile: string | undefined,
): SigningCredentials | undefined {
  if (profile !== undefined) return keyOfProfile(terminal, profile);
  const { [ID]: accessKeyId, [SECRET]: accessKeySecret, [TOKEN]: securityToken } = terminal.environment;
  if (!accessKeyId && !accessKeySecret) return undefined;
  if (!accessKeyId) throw usageError(`${ID} is not set, but ${SECRET} is`);
  if (!accessKeySecret) throw usageError(`${SECRET} is not set, but ${ID} is`);
  return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
}

/**
 * Returns the AccessKey to sign with, for a command that requires one.
 * @throws CommanderError when there is none
 * @see findAccessKey
 */
export function requireAccessKey(terminal: Terminal, profile: string | undefined): SigningCredentials {
  const found = findAccessKey(terminal, profile);
  if (found === undefined) throw usageError(`no AccessKey: set ${ID} and ${SECRET}, or use --profile`);
  return found;
}

function keyOfProfile(terminal: Terminal, name: string): SigningCredentials {
  const file = join(terminal.environment['HOME'] ?? homedir(), '.aliyun', 'config.json');
  const profiles = readProfiles(file);
  const profile = profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const names = profiles.map((each) => each.name).join(', ');
    throw usageError(
      `--profile: ${file} has no profile "${name}": expected ${names === '' ? 'one, but it has none' : names}`,
    );
  }
  const { mode } = profile;
  if (mode !== 'AK' && mode !== 'StsToken') {
    const shown = typeof mode === 'string' ? JSON.stringify(mode) : 'missing';
    throw usageError(`--profile: the mode of profile "${name}" is ${shown}: expected AK or StsToken`);
  }
  const [accessKeyId, accessKeySecret, token] = [
    profile.access_key_id,
    profile.access_key_secret,
    profile.sts_token,
  ].map((value) => (typeof value === 'string' ? value : undefined));
  if (!accessKeyId || !accessKeySecret || (mode === 'StsToken' && !token)) {
    throw usageError(`--profile: profile "${name}" of ${file} has an incomplete AccessKey`);
  }
  return { accessKeyId, accessKeySecret, ...(mode === 'StsToken' && token ? { securityToken: token } : {}) };
}

function readProfiles(file: string): readonly Profile[] {
  const text = readInputFile('--profile', file).toString('utf8');
  try {
    const { profiles } = JSON.parse(text) as { readonly profiles?: unknown };
    if (Array.isArray(profiles) && profiles.every(isProfile)) return profiles;
  } catch {
    // The parser's message may quote the file, which contains secrets.
  }
  throw usageError(`--profile: ${file} is not JSON as the official command-line tool writes it`);
}

function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Profile>).name === 'string';
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.access-key', message);
}
