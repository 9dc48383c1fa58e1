import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SigningCredentials } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { parse as parseIni } from 'ini';
import { readInputFile } from './input-file.ts';
import type { Terminal } from './terminal.ts';

const ID = 'ALIBABA_CLOUD_ACCESS_KEY_ID';
const SECRET = 'ALIBABA_CLOUD_ACCESS_KEY_SECRET';
const TOKEN = 'ALIBABA_CLOUD_SECURITY_TOKEN';

const PROFILE = 'ALIBABA_CLOUD_PROFILE';
const CONFIG_DISABLED = 'ALIBABA_CLOUD_CLI_PROFILE_DISABLED';
const CREDENTIALS_FILE = 'ALIBABA_CLOUD_CREDENTIALS_FILE';

/** Help text on where a command takes its AccessKey from. */
export const ACCESS_KEY_HELP = `
The AccessKey is looked for where the official clients look, in this order:
  1. ${ID}, ${SECRET} and, for a temporary key, ${TOKEN}
  2. ~/.aliyun/config.json: its current profile, or that of ${PROFILE}
  3. ~/.alibabacloud/credentials: the section [default], or that of ${PROFILE}
With --profile only this profile of ~/.aliyun/config.json is read. Files are never written. No flag takes a secret,
because the process list would show it.`;

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
 * @param profile name of a profile; environment and files are searched in the order of the official clients when absent
 * @returns `undefined` if absent
 * @throws CommanderError when the environment has half of a key, or a file or profile has none that can be used
 */
export function findAccessKey(
  terminal: Terminal,
  profile: string | undefined,
): SigningCredentials | undefined {
  if (profile !== undefined) return keyOfProfile(readConfig(configFile(terminal)), '--profile', profile);
  const { [ID]: accessKeyId, [SECRET]: accessKeySecret, [TOKEN]: securityToken } = terminal.environment;
  if (!accessKeyId && !accessKeySecret) return keyOfFiles(terminal);
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
  if (found === undefined)
    throw usageError(`no AccessKey: set ${ID} and ${SECRET}, or use --profile (see --help)`);
  return found;
}

function keyOfFiles(terminal: Terminal): SigningCredentials | undefined {
  const named = terminal.environment[PROFILE];
  const config = configFile(terminal);
  if (terminal.environment[CONFIG_DISABLED] !== 'true' && existsSync(config)) {
    const { current, profiles, file } = readConfig(config);
    const name = named || current;
    if (name !== undefined && profiles.some((each) => each.name === name)) {
      return keyOfProfile({ current, profiles, file }, named ? PROFILE : 'current profile', name);
    }
  }
  const credentials =
    terminal.environment[CREDENTIALS_FILE] || join(homeOf(terminal), '.alibabacloud', 'credentials');
  return existsSync(credentials) ? keyOfSection(credentials, named || 'default') : undefined;
}

/** Returns the key of a section of `~/.alibabacloud/credentials`; `undefined` if there is no such section. */
function keyOfSection(file: string, name: string): SigningCredentials | undefined {
  const section = parseIni(readInputFile(CREDENTIALS_FILE, file).toString('utf8'))[name] as
    | Readonly<Record<string, unknown>>
    | undefined;
  if (section === undefined) return undefined;
  const {
    type = 'access_key',
    access_key_id: id,
    access_key_secret: secret,
    security_token: token,
  } = section;
  if (type !== 'access_key' && type !== 'sts') {
    throw usageError(`the type of [${name}] in ${file} is not supported: expected access_key or sts`);
  }
  if (!isFilled(id) || !isFilled(secret) || (type === 'sts' && !isFilled(token))) {
    throw usageError(`[${name}] of ${file} has an incomplete AccessKey`);
  }
  return {
    accessKeyId: id,
    accessKeySecret: secret,
    ...(type === 'sts' && isFilled(token) ? { securityToken: token } : {}),
  };
}

function keyOfProfile({ profiles, file }: Config, source: string, name: string): SigningCredentials {
  const profile = profiles.find((each) => each.name === name);
  if (profile === undefined) {
    const names = profiles.map((each) => each.name).join(', ');
    throw usageError(
      `${source}: ${file} has no profile "${name}": expected ${names === '' ? 'one, but it has none' : names}`,
    );
  }
  const { mode, access_key_id: id, access_key_secret: secret, sts_token: token } = profile;
  if (mode !== 'AK' && mode !== 'StsToken') {
    const shown = typeof mode === 'string' ? JSON.stringify(mode) : 'missing';
    throw usageError(`${source}: the mode of profile "${name}" is ${shown}: expected AK or StsToken`);
  }
  if (!isFilled(id) || !isFilled(secret) || (mode === 'StsToken' && !isFilled(token))) {
    throw usageError(`${source}: profile "${name}" of ${file} has an incomplete AccessKey`);
  }
  return {
    accessKeyId: id,
    accessKeySecret: secret,
    ...(mode === 'StsToken' && isFilled(token) ? { securityToken: token } : {}),
  };
}

interface Config {
  readonly file: string;
  readonly current: string | undefined;
  readonly profiles: readonly Profile[];
}

function readConfig(file: string): Config {
  const text = readInputFile('--profile', file).toString('utf8');
  try {
    const { current, profiles } = JSON.parse(text) as {
      readonly current?: unknown;
      readonly profiles?: unknown;
    };
    if (Array.isArray(profiles) && profiles.every(isProfile)) {
      return { file, current: isFilled(current) ? current : undefined, profiles };
    }
  } catch {
    // The parser's message may quote the file, which contains secrets.
  }
  throw usageError(`--profile: ${file} is not JSON as the official command-line tool writes it`);
}

function configFile(terminal: Terminal): string {
  return join(homeOf(terminal), '.aliyun', 'config.json');
}

function homeOf(terminal: Terminal): string {
  return terminal.environment['HOME'] ?? homedir();
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Profile>).name === 'string';
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.access-key', message);
}
