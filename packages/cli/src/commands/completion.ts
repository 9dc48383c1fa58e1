import { Argument, type Command } from 'commander';
import { print, type Terminal } from '../terminal.ts';

/**
 * Script of each shell. They ask the command `complete` for the candidates, so that they need not change with
 * the commands. Without a candidate the shell completes file names.
 */
const SCRIPTS = {
  bash: `_claviger() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(claviger complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _claviger claviger`,
  zsh: `#compdef claviger
_claviger() {
  local -a candidates
  candidates=("\${(@f)$(claviger complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then compadd -a candidates; else _files; fi
}
compdef _claviger claviger`,
  fish: `complete -c claviger -a '(set -l words (commandline -opc) (commandline -ct); claviger complete -- $words[2..-1] 2>/dev/null)'`,
} as const;

type Shell = keyof typeof SCRIPTS;

/** Adds `claviger completion`, which prints a script for a shell, and the command that the scripts call. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a script that completes commands and flags')
    .addArgument(new Argument('<shell>', 'shell that runs the script').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(claviger completion bash)      # in ~/.bashrc
  source <(claviger completion zsh)       # in ~/.zshrc, after compinit
  claviger completion fish > ~/.config/fish/completions/claviger.fish`,
    )
    .action((shell: Shell) => print(terminal, SCRIPTS[shell]));
  program
    .command('complete')
    .description(
      'print the candidates for the last word of a command line; the scripts of `completion` call it',
    )
    .argument('[words...]', 'words of the command line; the last one is being typed')
    .addHelpText('after', '\nExample:\n  claviger complete -- policy att')
    .action((words: string[]) => {
      for (const candidate of candidatesFor(program, words)) print(terminal, candidate);
    });
}

/**
 * Returns the commands, flags and values that can stand for the last word.
 * @param words without `claviger`
 */
export function candidatesFor(program: Command, words: readonly string[]): readonly string[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  let argumentsBefore = 0;
  let expecting: Command['options'][number] | undefined;
  for (const word of words.slice(0, -1)) {
    if (expecting !== undefined) {
      expecting = undefined;
    } else if (word.startsWith('-')) {
      const option = optionsOf(command).find((each) => each.long === word || each.short === word);
      if (option !== undefined && (option.required || option.optional)) expecting = option;
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next === undefined) argumentsBefore += 1;
      else command = next;
    }
  }
  const all =
    expecting !== undefined
      ? (expecting.argChoices ?? [])
      : typed.startsWith('-')
        ? optionsOf(command).flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long]))
        : command.commands.length > 0
          ? visibleCommands(command)
          : (command.registeredArguments[argumentsBefore]?.argChoices ?? []);
  return all.filter((candidate) => candidate.startsWith(typed));
}

function optionsOf(command: Command): readonly Command['options'][number][] {
  const help = command.createHelp();
  return help.visibleOptions(command);
}

function visibleCommands(command: Command): readonly string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name());
}
