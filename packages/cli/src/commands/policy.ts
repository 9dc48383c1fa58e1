import { basename } from 'node:path';
import { networkPolicyWarnings, parseNetworkPolicy } from '@claviger/guard';
import {
  type PolicyFault,
  type PolicyKind,
  type PolicyWarning,
  parsePolicy,
  placesInJson,
  policyWarnings,
} from '@claviger/policy';
import { type Command, Option } from 'commander';
import { readGivenFile, readStandardInput } from '../given-file.ts';
import { orJsonError } from '../json-error.ts';
import { ended, print, type Terminal } from '../terminal.ts';

interface CheckFlags {
  readonly kind: PolicyKind | 'network';
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** One finding of a document, at its place. */
interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  /** Of a warning. */
  readonly code?: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `claviger policy`: works on policy documents, without a server. */
export function addPolicy(program: Command, terminal: Terminal): void {
  const policy = program.command('policy').description('check policy documents, without a server');
  policy
    .command('check')
    .summary('validate a policy document from a file')
    .description(
      'Validates a policy document as the server does, and warns of what is valid and does not do what it seems to. ' +
        'Exits with 0 when the document is valid, with 1 when it is not; with --strict also when there are warnings.',
    )
    .argument('[file]', 'the document, JSON; standard input when absent')
    .addOption(
      new Option('--kind <kind>', 'where the document is used')
        .choices(['identity', 'trust', 'session', 'network'])
        .default('identity'),
    )
    .option('--strict', 'exit with 1 when there are warnings')
    .option('--json', 'print one JSON object: { "valid", "findings" }')
    .addHelpText(
      'after',
      `
Examples:
  claviger policy check policy.json
  claviger policy check trust.json --kind trust --strict
  claviger policy check --kind network --json < key-policy.json`,
    )
    .action((file: string | undefined, flags: CheckFlags) =>
      orJsonError(terminal, flags, async () => {
        const bytes =
          file === undefined || file === '-' ? await readStandardInput(terminal) : readGivenFile('', file);
        const findings = findingsOf(bytes.toString('utf8'), flags.kind);
        const valid = !findings.some(({ severity }) => severity === 'error');
        if (flags.json) print(terminal, JSON.stringify({ valid, findings }));
        else printFindings(terminal, file === undefined ? '-' : basename(file), findings);
        const isWarned = findings.some(({ severity }) => severity === 'warning');
        if (!valid || (flags.strict && isWarned)) throw ended(1);
      }),
    );
}

function printFindings(terminal: Terminal, name: string, findings: readonly Finding[]): void {
  for (const { severity, code, line, column, message } of findings) {
    const title = code === undefined ? severity : `${severity} ${code}`;
    print(terminal, `${name}:${line}:${column}: ${title}: ${message}`);
  }
  if (findings.length === 0) print(terminal, `${name}: valid, nothing to warn of`);
}

function findingsOf(text: string, kind: CheckFlags['kind']): readonly Finding[] {
  if (kind === 'network') return networkFindings(text);
  const parsed = parsePolicy(text, kind);
  if (!parsed.ok) return parsed.faults.map((fault) => found('error', fault));
  return [...policyWarnings(text, kind).map(warned), ...parsed.notes.map((note) => found('note', note))];
}

function networkFindings(text: string): readonly Finding[] {
  const { faults } = placesInJson(text);
  if (faults.length > 0) return faults.map((fault) => found('error', fault));
  const parsed = parseNetworkPolicy(text);
  if (!parsed.ok) return [{ severity: 'error', line: 1, column: 1, message: parsed.reason }];
  return networkPolicyWarnings(text).map(warned);
}

function found(severity: Finding['severity'], { line, column, problem, fix }: PolicyFault): Finding {
  return { severity, line, column, message: `${problem}: ${fix}` };
}

function warned({ code, line, column, problem, fix }: PolicyWarning): Finding {
  return { severity: 'warning', code, line, column, message: `${problem}: ${fix}` };
}
