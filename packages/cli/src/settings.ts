import { type Configuration, readConfiguration, settingDescriptions } from '@claviger/server';
import { type Command, Option } from 'commander';
import type { Terminal } from './terminal.ts';

/** Settings that hold a secret: by environment variable only, so that `ps` and a shell's history never show them. */
const environmentOnly: ReadonlySet<string> = new Set(['masterKey', 'vaultToken']);

/** What it takes to reach an installation's data. */
export const dataSettings = ['data', 'database', 'masterKeyProvider', 'vaultAddress', 'vaultKey'] as const;

/**
 * Adds the flags of settings to a command, each with its environment variable.
 * @param names which; all when absent
 */
export function addSettings(command: Command, names?: readonly string[]): Command {
  for (const { name, variable, description, byDefault, isList, isSwitch } of settingDescriptions) {
    if (environmentOnly.has(name) || (names !== undefined && !names.includes(name))) continue;
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${isSwitch ? '' : ' <value>'}`;
    const suffix = byDefault === '' ? '' : `, default ${byDefault}`;
    const option = new Option(flag, `${description} (${variable}${suffix})`);
    if (isList) option.argParser(joined);
    command.addOption(option);
  }
  return command;
}

/**
 * The configuration of a command's flags over the environment.
 * @throws ConfigurationError naming what is wrong
 */
export function configurationOf(
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
): Configuration {
  return readConfiguration(options, terminal.environment);
}

/** A list may be given at once, with commas, or by several flags. */
function joined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}
