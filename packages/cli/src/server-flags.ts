import { type Configuration, readConfiguration, SETTING_DESCRIPTIONS } from '@claviger/server';
import { type Command, Option } from 'commander';
import { readConfigurationFile } from './configuration-file.ts';
import { ENVIRONMENT_ONLY, flagName } from './setting-names.ts';
import type { Terminal } from './terminal.ts';

/** Settings needed to open the data of an installation. */
export const DATA_SETTINGS = ['data', 'database', 'masterKeyProvider', 'vaultAddress', 'vaultKey'] as const;

/**
 * Adds the flags of server settings to a command.
 * @param names of the settings; all when absent
 */
export function addServerFlags(command: Command, names?: readonly string[]): Command {
  command.option(
    '--config <file>',
    'settings, YAML or JSON: names and values of the flags; flags and variables win (CLAVIGER_CONFIG)',
  );
  for (const { name, variable, description, byDefault, isList, isSwitch, choices } of SETTING_DESCRIPTIONS) {
    if (ENVIRONMENT_ONLY.has(name) || (names !== undefined && !names.includes(name))) continue;
    const flag = `--${flagName(name)}${isSwitch ? '' : ' <value>'}`;
    const values = choices.length === 0 ? '' : `${choices.join(', ')}; `;
    const suffix = byDefault === '' ? '' : `, default ${byDefault}`;
    const option = new Option(flag, `${values}${description} (${variable}${suffix})`);
    if (isList) option.argParser(joinValues);
    command.addOption(option);
  }
  return command;
}

/** Returns the path of the configuration file; `undefined` without one. */
export function configurationFileOf(
  { environment }: Pick<Terminal, 'environment'>,
  options: Readonly<Record<string, unknown>>,
): string | undefined {
  const file = options['config'] ?? environment['CLAVIGER_CONFIG'];
  return typeof file === 'string' && file !== '' ? file : undefined;
}

/**
 * Reads the configuration from flags, environment variables and the configuration file; the first of them wins.
 * @throws ConfigurationError that names the flag, the variable or the file
 */
export function configurationOf(
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
): Configuration {
  const file = configurationFileOf(terminal, options);
  const read = file === undefined ? undefined : { name: file, values: readConfigurationFile(file).values };
  return readConfiguration(options, terminal.environment, read);
}

/** Joins the values of a repeated flag with commas, the form of a list in one value. */
function joinValues(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}
