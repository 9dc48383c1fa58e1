import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SigningCredentials } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { readGivenFile } from './given-file.ts';
import type { Terminal } from './terminal.ts';

const ID = 'ALIBABA_CLOUD_ACCESS_KEY_ID';
const SECRET = 'ALIBABA_CLOUD_ACCESS_KEY_SECRET';
const TOKEN = 'ALIBABA_CLOUD_SECURITY_TOKEN';

/** Where a command gets its AccessKey from, for its help. */
export const WHERE_KEYS_COME_FROM = `
The AccessKey comes from the environment, where the official clients look for it too:
  ${ID}, ${SECRET} and, of a temporary key, ${TOKEN},
or with --profile from ~/.aliyun/config.json, which is read and never written. There is no flag for a secret:
whoever lists processes would see it.`;

/** A profile of the official command-line tool, as far as it is read here; whatever else may stand in its fields. */
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
 * The AccessKey to sign with.
 * @param profile the name of a profile; the environment is asked when it is absent
 * @returns undefined when there is none in the environment
 * @throws CommanderError when half of a key is there, or the profile holds none
 */
export function findAccessKey(
  terminal: Terminal,
  profile: string | undefined,
): SigningCredentials | undefined {
  if (profile !== undefined) return keyOfProfile(terminal, profile);
  const { [ID]: accessKeyId, [SECRET]: accessKeySecret, [TOKEN]: securityToken } = terminal.environment;
  if (!accessKeyId && !accessKeySecret) return undefined;
  if (!accessKeyId) throw wrong(`${SECRET} is set, and ${ID} is not`);
  if (!accessKeySecret) throw wrong(`${ID} is set, and ${SECRET} is not`);
  return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
}

/**
 * As {@link findAccessKey}, for a command that cannot do without.
 * @throws CommanderError when there is none
 */
export function requireAccessKey(terminal: Terminal, profile: string | undefined): SigningCredentials {
  const found = findAccessKey(terminal, profile);
  if (found === undefined) throw wrong(`there is no AccessKey: set ${ID} and ${SECRET}, or give --profile`);
  return found;
}

function keyOfProfile(terminal: Terminal, name: string): SigningCredentials {
  const file = join(terminal.environment['HOME'] ?? homedir(), '.aliyun', 'config.json');
  const profiles = readProfiles(file);
  const profile = profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const names = profiles.map((each) => each.name).join(', ');
    throw wrong(`${file} has no profile \`${name}\`; it has ${names === '' ? 'none' : names}`);
  }
  const { mode } = profile;
  if (mode !== 'AK' && mode !== 'StsToken') {
    const named = typeof mode === 'string' ? `of mode ${mode}` : 'of no mode';
    throw wrong(`the profile \`${name}\` is ${named}; only AK and StsToken hold a key that can sign`);
  }
  const [accessKeyId, accessKeySecret, token] = [
    profile.access_key_id,
    profile.access_key_secret,
    profile.sts_token,
  ].map((value) => (typeof value === 'string' ? value : undefined));
  if (!accessKeyId || !accessKeySecret || (mode === 'StsToken' && !token)) {
    throw wrong(`the profile \`${name}\` of ${file} holds no whole AccessKey`);
  }
  return { accessKeyId, accessKeySecret, ...(mode === 'StsToken' && token ? { securityToken: token } : {}) };
}

function readProfiles(file: string): readonly Profile[] {
  const text = readGivenFile('--profile', file).toString('utf8');
  try {
    const { profiles } = JSON.parse(text) as { readonly profiles?: unknown };
    if (Array.isArray(profiles) && profiles.every(isProfile)) return profiles;
  } catch {
    // The parser's own message may quote the file, which holds secrets.
  }
  throw wrong(`${file} is not the JSON that the official command-line tool writes`);
}

function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Profile>).name === 'string';
}

function wrong(message: string): CommanderError {
  return new CommanderError(2, 'claviger.access-key', message);
}
