import { implementedOperations } from '../src/claviger.ts';
import type { WriteOperation } from '../src/pipeline/operation.ts';
import { SECURITY_EFFECTS } from '../src/pipeline/security-effect.ts';

/** `docs/reference/step-up.md`: the rule, and what it says of every operation that changes something. */
export function stepUpPage(): string {
  const writes = [...implementedOperations().all()]
    .filter((operation) => operation.access === 'write')
    .toSorted((a, b) => (title(a) < title(b) ? -1 : 1));
  const yesNo = (is: boolean) => (is ? 'yes' : 'no');
  return [
    '# Which operations need a step-up',
    'Made from the registry of operations by `npm run docs:reference`; do not edit.',
    'Every operation that changes something declares its effect on security. The effect alone decides whether a console session needs a [step-up](../console-api.md#step-up), and whether an AccessKey is refused where the account has set that credential changes need a second factor.',
    table(
      ['effect', 'which changes', 'step-up in the console', 'covered by the setting for keys'],
      Object.entries(SECURITY_EFFECTS).map(([name, rule]) => [
        name,
        rule.meaning,
        yesNo(rule.needsStepUp),
        yesNo(rule.protectedByKey),
      ]),
    ),
    table(['operation', 'effect', 'step-up in the console', 'note'], writes.map(row)),
  ]
    .join('\n\n')
    .concat('\n');
}

const title = ({ product, name }: WriteOperation) => `${product} ${name}`;

function row(operation: WriteOperation): string[] {
  const { security } = operation;
  const needs = SECURITY_EFFECTS[security.effect].needsStepUp ? 'yes' : 'no';
  if ('why' in security) return [title(operation), security.effect, needs, security.why];
  return [
    title(operation),
    security.effect,
    needs,
    security.except === undefined ? '' : `not ${security.except.when}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
