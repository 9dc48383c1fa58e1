import { basename } from 'node:path';
import { parseNetworkPolicy } from '@claviger/guard';
import { networkPolicyWarnings } from '@claviger/guard/internal';
import {
  type PolicyFault,
  type PolicyKind,
  type PolicyWarning,
  parsePolicy,
  placesInJson,
  policyWarnings,
} from '@claviger/policy';
import { type Command, Option } from 'commander';
import { readInputFile, readStandardInput } from '../input-file.ts';
import { withJsonErrors } from '../json-error.ts';
import { exitWith, print, type Terminal } from '../terminal.ts';
import { addPolicies } from './policies.ts';

interface CheckFlags {
  readonly kind: PolicyKind | 'network';
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** A finding in a document, with its position. */
interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  /** Set for warnings. */
  readonly code?: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Adds `claviger policy`; its `check` validates documents without a server. */
export function addPolicy(program: Command, terminal: Terminal): void {
  const policy = program
    .command('policy')
    .description('check policy documents without a server; list, show, create, attach and detach policies');
  policy
    .command('check')
    .summary('validate a policy document')
    .description(
      'Validates a policy document as the server does, and warns of valid statements with an unexpected effect. ' +
        'Exits with 0 for a valid document, with 1 for an invalid one, and with --strict also with 1 for warnings.',
    )
    .argument('[file]', 'policy document, JSON; standard input when absent')
    .addOption(
      new Option('--kind <kind>', 'kind of document')
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
      withJsonErrors(terminal, flags, async () => {
        const bytes =
          file === undefined || file === '-' ? await readStandardInput(terminal) : readInputFile('', file);
        const findings = findingsOf(bytes.toString('utf8'), flags.kind);
        const valid = !findings.some(({ severity }) => severity === 'error');
        if (flags.json) print(terminal, JSON.stringify({ valid, findings }));
        else printFindings(terminal, file === undefined ? '-' : basename(file), findings);
        const isWarned = findings.some(({ severity }) => severity === 'warning');
        if (!valid || (flags.strict && isWarned)) throw exitWith(1);
      }),
    );
  addPolicies(policy, terminal);
}

function printFindings(terminal: Terminal, name: string, findings: readonly Finding[]): void {
  for (const { severity, code, line, column, message } of findings) {
    const title = code === undefined ? severity : `${severity} ${code}`;
    print(terminal, `${name}:${line}:${column}: ${title}: ${message}`);
  }
  if (findings.length === 0) print(terminal, `${name}: valid, no warnings`);
}

function findingsOf(text: string, kind: CheckFlags['kind']): readonly Finding[] {
  if (kind === 'network') return networkFindings(text);
  const parsed = parsePolicy(text, kind);
  if (!parsed.ok) return parsed.faults.map((fault) => findingOf('error', fault));
  return [
    ...policyWarnings(text, kind).map(warningFinding),
    ...parsed.notes.map((note) => findingOf('note', note)),
  ];
}

function networkFindings(text: string): readonly Finding[] {
  const { faults } = placesInJson(text);
  if (faults.length > 0) return faults.map((fault) => findingOf('error', fault));
  const parsed = parseNetworkPolicy(text);
  if (!parsed.ok) return [{ severity: 'error', line: 1, column: 1, message: parsed.reason }];
  return networkPolicyWarnings(text).map(warningFinding);
}

function findingOf(severity: Finding['severity'], { line, column, problem, fix }: PolicyFault): Finding {
  return { severity, line, column, message: `${problem}: ${fix}` };
}

function warningFinding({ code, line, column, problem, fix }: PolicyWarning): Finding {
  return { severity: 'warning', code, line, column, message: `${problem}: ${fix}` };
}
