/**
 * Generates `src/api/__generated__/` from `packages/server/api-description/`, and the words of the policy language
 * from `packages/policy`: `npm run generate:api`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OPERATION_CONDITION_KEYS, REQUEST_CONDITION_KEYS } from '../policy/src/condition-keys.ts';
import { OPERATOR_NAMES } from '../policy/src/operators.ts';

/**
 * Form of a value: `string`, `Active|Disabled`, a list, or an object. A field whose name ends in `?` may be absent,
 * and `*` stands for any name.
 */
type Shape = string | readonly [Shape] | { readonly [field: string]: Shape };

interface Description {
  readonly product: string;
  readonly version: string;
  readonly operations: Readonly<Record<string, DescribedOperation>>;
}

interface DescribedOperation {
  readonly parameters: Readonly<Record<string, { readonly type: Shape; readonly required: boolean }>>;
  readonly response: Shape;
}

/** Folder of the generated files. */
export const GENERATED_FOLDER = join(import.meta.dirname, 'src', 'api', '__generated__');

const DESCRIPTION_FOLDER = join(import.meta.dirname, '..', 'server', 'api-description');

/** Returns the names and texts of the generated files. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const descriptions = readdirSync(DESCRIPTION_FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(DESCRIPTION_FOLDER, name), 'utf8')) as Description);
  return new Map([
    ...descriptions.map((description): [string, string] => [
      `${description.product.toLowerCase()}.ts`,
      typesOf(description),
    ]),
    ['policy-words.ts', policyWords()],
  ]);
}

/** Operators with a set prefix that the policy builder offers, for keys with several values. */
const SET_OPERATORS = ['ForAnyValue:', 'ForAllValues:'].flatMap((prefix) =>
  ['StringEquals', 'StringLike'].map((name) => `${prefix}${name}`),
);

function policyWords(): string {
  const keys = Object.entries({ ...REQUEST_CONDITION_KEYS, ...OPERATION_CONDITION_KEYS })
    .filter(([, key]) => !('kinds' in key) || key.kinds.some((kind: string) => kind === 'identity'))
    .map(([name]) => name);
  const list = (words: readonly string[]) => words.map((word) => `  '${word}',`);
  return [
    '// Generated from packages/policy by `npm run generate:api`; do not edit.',
    '',
    "/** Condition operators of RAM's policy language. */",
    'export const OPERATORS: readonly string[] = [',
    ...list([...OPERATOR_NAMES, ...SET_OPERATORS]),
    '];',
    '',
    '/**',
    ' * Condition keys for policies of users and roles, as RAM writes them. For a tag key, the name of the tag follows',
    ' * the slash.',
    ' */',
    'export const CONDITION_KEYS: readonly string[] = [',
    ...list(keys),
    '];',
    '',
  ].join('\n');
}

function typesOf({ product, version, operations }: Description): string {
  const lines = [
    '// Generated from packages/server/api-description by `npm run generate:api`; do not edit.',
    '',
    `/** API version of ${product}. */`,
    `export const VERSION = '${version}';`,
    '',
    `/** Parameters and answers of the operations of ${product}. */`,
    `export interface ${product}Operations {`,
  ];
  for (const [name, { parameters, response }] of Object.entries(operations)) {
    const takes = Object.entries(parameters);
    lines.push(`  ${name}: {`);
    lines.push(takes.length === 0 ? '    parameters: Record<never, never>;' : '    parameters: {');
    if (takes.length > 0) {
      for (const [parameter, { type, required }] of takes) {
        const [mark, orAbsent] = required ? ['', ''] : ['?', ' | undefined'];
        lines.push(`      ${key(parameter)}${mark}: ${parameterType(type)}${orAbsent};`);
      }
      lines.push('    };');
    }
    lines.push(`    response: ${typeText(response, 4)};`, '  };');
  }
  lines.push('}', '');
  return lines.join('\n');
}

/** Returns the type of a parameter. Lists and objects are sent as JSON. */
function parameterType(type: Shape): string {
  return isList(type) ? `readonly ${listText(typeText(type[0], 6))}` : typeText(type, 6);
}

/** Returns the TypeScript type of a shape. @param indent of the line in which the type begins */
function typeText(shape: Shape, indent: number): string {
  if (typeof shape === 'string') return scalarText(shape);
  if (isList(shape)) return listText(typeText(shape[0], indent));
  const fields = Object.entries(shape);
  if (fields.length === 0) return 'Record<never, never>';
  if (fields.length === 1 && shape['*'] === 'any') return 'object';
  const space = ' '.repeat(indent + 2);
  const lines = fields.map(([field, value]) => `${space}${key(field)}: ${typeText(value, indent + 2)};`);
  return `{\n${lines.join('\n')}\n${' '.repeat(indent)}}`;
}

function scalarText(shape: string): string {
  if (shape === 'any') return 'unknown';
  if (!shape.includes('|')) return shape;
  return shape
    .split('|')
    .map((word) => `'${word}'`)
    .join(' | ');
}

const listText = (item: string) =>
  item.includes(' | ') && !item.includes('\n') ? `(${item})[]` : `${item}[]`;

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function key(name: string): string {
  return /^[A-Za-z_]\w*\??$/.test(name) ? name : `'${name}'`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(GENERATED_FOLDER, { recursive: true });
  for (const [name, text] of generatedFiles()) writeFileSync(join(GENERATED_FOLDER, name), text);
}
