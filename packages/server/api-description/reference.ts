/** The reference pages under `docs/reference/`, made from the registry: `npm run docs:reference`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { answerShapes } from '../src/api/described-operations.ts';
import { OPEN_API_PRODUCTS } from '../src/api/openapi.ts';
import { implementedOperations } from '../src/claviger.ts';
import type { AnyOperation } from '../src/pipeline/operation.ts';
import { SECURITY_EFFECTS } from '../src/pipeline/security-effect.ts';
import type { AnswerShape } from '../src/wire/answer-shape.ts';
import { conditionKeysPage } from './condition-keys-page.ts';
import { errorsPage } from './errors-page.ts';
import { stepUpPage } from './step-up-page.ts';

/** The page of one product: each operation that is built, with what it takes and answers. */
export function referencePage(version: string): string {
  const shapeOf = answerShapes();
  const built = [...implementedOperations().all()]
    .filter((operation) => operation.version === version)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    `# ${built[0]?.product} ${version}`,
    'Made from the registry of operations by `npm run docs:reference`; do not edit.',
    'In answers, a field whose name ends in `?` may be absent, `A|B` is one of these words, and `*` stands for any name.',
    ...built.map((operation) => section(operation, shapeOf(operation))),
  ]
    .join('\n\n')
    .concat('\n');
}

const sentenceOf: Readonly<Record<AnyOperation['access'], string>> = {
  read: 'Reads.',
  stream: 'Answers a stream that goes on until one side ends it.',
  write: 'Changes something.',
  anonymous: 'Changes something. Needs no signature.',
  console: 'For browsers: makes, confirms or ends a session of the console.',
};

/** What else has to be known of who can call it. */
function moreOf(operation: AnyOperation): string[] {
  return [
    ...('sessionOnly' in operation ? ['Only for sessions of the console.'] : []),
    ...stepUpSentence(operation),
    ...('note' in operation && operation.note !== undefined ? [operation.note] : []),
  ];
}

function stepUpSentence(operation: AnyOperation): string[] {
  if (operation.access !== 'write') return [];
  const { security } = operation;
  if (!SECURITY_EFFECTS[security.effect].needsStepUp) return [];
  const except = 'except' in security && security.except ? `, except ${security.except.when}` : '';
  return [`In the console it asks for a step-up${except}.`];
}

function section(operation: AnyOperation, response: AnswerShape): string {
  const parameters = Object.entries(operation.input);
  return [
    `## ${operation.name}`,
    [sentenceOf[operation.access], ...moreOf(operation)].join(' '),
    ...(parameters.length === 0
      ? ['No parameters.']
      : [
          [
            '| parameter | required | form |',
            '| --- | --- | --- |',
            ...parameters.map(
              ([name, { required, schema }]) =>
                `| ${name} | ${required ? 'yes' : 'no'} | ${formOf(schema)} |`,
            ),
          ].join('\n'),
        ]),
    ['Answer:', '', '```json', JSON.stringify(response, undefined, 2), '```'].join('\n'),
  ].join('\n\n');
}

/** A JSON Schema in a few words. */
function formOf(schema: Readonly<Record<string, unknown>>): string {
  const words: string[] = [];
  if (Array.isArray(schema['enum'])) words.push(schema['enum'].map((word) => `\`${word}\``).join(' or '));
  else words.push(String(schema['type'] ?? 'any'));
  const span = (least: unknown, most: unknown, unit: string) => {
    if (least !== undefined && most !== undefined) words.push(`${least} to ${most}${unit}`);
    else if (most !== undefined) words.push(`at most ${most}${unit}`);
    else if (least !== undefined) words.push(`at least ${least}${unit}`);
  };
  span(schema['minLength'], schema['maxLength'], ' characters');
  span(schema['minimum'], schema['maximum'], '');
  span(undefined, schema['maxItems'], ' items');
  if (schema['default'] !== undefined) words.push(`default \`${JSON.stringify(schema['default'])}\``);
  return words.join(', ').replaceAll('|', '\\|');
}

/** The folder of the pages. */
export const referenceFolder = new URL('../../../docs/reference/', import.meta.url);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(referenceFolder, { recursive: true });
  for (const [name, version] of OPEN_API_PRODUCTS) {
    writeFileSync(new URL(`${name}.md`, referenceFolder), referencePage(version));
  }
  writeFileSync(new URL('step-up.md', referenceFolder), stepUpPage());
  writeFileSync(new URL('../condition-keys.md', referenceFolder), conditionKeysPage());
  writeFileSync(new URL('../errors.md', referenceFolder), errorsPage());
}
