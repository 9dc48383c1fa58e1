import { InvalidDuration } from '@claviger/guard/gateway';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';

/** Code of the error for an invalid value of a flag or an argument. */
export const INVALID_VALUE = 'claviger.value';
/** Longer values are cut in messages. */
const MAX_QUOTED = 60;

/** A value of the command line that cannot be used: `invalid account ID "12": expected 16 digits`. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';

  /**
   * @param noun for the value, such as `account ID`
   * @param value as typed; `undefined` when it may contain a secret
   * @param expected what is valid
   */
  constructor(noun: string, value: string | undefined, expected: string) {
    const quoted = value === undefined ? '' : ` ${quote(value)}`;
    super(`invalid ${noun}${quoted}: expected ${expected}`);
  }
}

/** Makes the errors of option and argument values name their flag: `--since: invalid duration "3x": expected …`. */
export function nameFlagsInErrors(command: Command): void {
  for (const option of command.options) {
    const { parseArg, argChoices, long } = option;
    if (parseArg === undefined) continue;
    option.parseArg = (value: string, previous: unknown) =>
      withPrefix(`${long}: `, value, argChoices, () => parseArg(value, previous as never));
  }
  for (const argument of command.registeredArguments) {
    const { parseArg } = argument;
    if (parseArg === undefined) continue;
    argument.parseArg = (value: string, previous: unknown) =>
      withPrefix('', value, undefined, () => parseArg(value, previous as never)) as never;
  }
}

function withPrefix<T>(
  prefix: string,
  value: string,
  choices: readonly string[] | undefined,
  parse: () => T,
): T {
  try {
    return parse();
  } catch (error) {
    const isChoice = error instanceof InvalidArgumentError && choices !== undefined;
    const reason = isChoice ? new InvalidValue('value', value, choices.join(', ')) : error;
    if (!(reason instanceof InvalidValue || reason instanceof InvalidDuration)) throw error;
    throw new CommanderError(2, INVALID_VALUE, `${prefix}${reason.message}`);
  }
}

function quote(value: string): string {
  return JSON.stringify(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value);
}
