import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemErrorText } from '@claviger/guard/internal';
import { ConfigurationError, SETTING_DESCRIPTIONS } from '@claviger/server';
import { parseDocument } from 'yaml';
import { ENVIRONMENT_ONLY, flagName } from './setting-names.ts';

/** Settings that are paths; in the file they are relative to its directory. */
const PATHS: ReadonlySet<string> = new Set(['data', 'tlsCert', 'tlsKey']);

/** A configuration file as it was read. */
export interface ConfigurationFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  /** Values by the names of the settings. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads a configuration file, YAML or JSON: the names of the flags without dashes in front, and their values. A list is
 * a list, or text with commas.
 * @throws ConfigurationError that names the file and the setting
 */
export function readConfigurationFile(file: string): ConfigurationFile {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(file, `cannot be read: ${systemErrorText(error as NodeJS.ErrnoException)}`);
  }
  return { path, text, values: parseConfigurationFile(text, file, dirname(path)) };
}

function parseConfigurationFile(text: string, file: string, directory: string): Record<string, string> {
  const document = parseDocument(text);
  const [error] = document.errors;
  // The message of the parser quotes the text, which may contain a password.
  if (error !== undefined) {
    throw new ConfigurationError(
      file,
      `not valid YAML at line ${error.linePos?.[0].line ?? 1}: ${error.code}`,
    );
  }
  const content: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigurationError(file, 'expected settings, such as `port: 8080`');
  }
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(content as Record<string, unknown>)) {
    const setting = SETTING_DESCRIPTIONS.find(({ name }) => flagName(name) === key);
    if (setting === undefined) {
      throw new ConfigurationError(
        `${file}: ${key}`,
        'unknown setting: expected the name of a flag, such as trusted-proxies',
      );
    }
    if (ENVIRONMENT_ONLY.has(setting.name)) {
      throw new ConfigurationError(`${file}: ${key}`, `set it by the environment only: ${setting.variable}`);
    }
    const scalar = textOf(value, setting.isList);
    if (scalar === undefined) {
      throw new ConfigurationError(
        `${file}: ${key}`,
        `expected ${setting.isList ? 'a list' : 'a single value'}`,
      );
    }
    values[setting.name] = PATHS.has(setting.name) ? resolve(directory, scalar) : scalar;
  }
  return values;
}

/** Returns a value as a flag would have it; `undefined` if it has another shape. */
function textOf(value: unknown, isList: boolean): string | undefined {
  if (isList && Array.isArray(value)) {
    const items = value.map((item) => textOf(item, false));
    return items.includes(undefined) ? undefined : items.join(',');
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
