import { type Configuration, readConfiguration, SETTING_DESCRIPTIONS } from '@claviger/server';
import { type Command, Option } from 'commander';
import type { Terminal } from './terminal.ts';

/** Secret settings. They have no flag, because the process list and the shell history would show it. */
const ENVIRONMENT_ONLY: ReadonlySet<string> = new Set(['masterKey', 'vaultToken']);

/** Settings needed to open the data of an installation. */
export const DATA_SETTINGS = ['data', 'database', 'masterKeyProvider', 'vaultAddress', 'vaultKey'] as const;

/**
 * Adds the flags of server settings to a command.
 * @param names of the settings; all when absent
 */
export function addServerFlags(command: Command, names?: readonly string[]): Command {
  for (const { name, variable, description, byDefault, isList, isSwitch, choices } of SETTING_DESCRIPTIONS) {
    if (ENVIRONMENT_ONLY.has(name) || (names !== undefined && !names.includes(name))) continue;
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${isSwitch ? '' : ' <value>'}`;
    const values = choices.length === 0 ? '' : `${choices.join(', ')}; `;
    const suffix = byDefault === '' ? '' : `, default ${byDefault}`;
    const option = new Option(flag, `${values}${description} (${variable}${suffix})`);
    if (isList) option.argParser(joinValues);
    command.addOption(option);
  }
  return command;
}

/**
 * Reads the configuration from flags and environment variables; flags win.
 * @throws ConfigurationError that names the flag or variable
 */
export function configurationOf(
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
): Configuration {
  return readConfiguration(options, terminal.environment);
}

/** Joins the values of a repeated flag with commas, the form of a list in one value. */
function joinValues(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}
