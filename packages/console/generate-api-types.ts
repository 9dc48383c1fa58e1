/**
 * The types of `src/api/__generated__/`, made from the server's description of its API and, for Claviger's own
 * operations, from the registry: `npm run generate:api -w packages/console`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  clavigerOperations,
  clavigerStreams,
  consoleOperations,
} from '../server/src/api/claviger/operations.ts';
import type { ParameterMap } from '../server/src/wire/parameter.ts';

type Shape = string | readonly [Shape] | { readonly [field: string]: Shape };

interface DescribedParameter {
  readonly type: Shape;
  readonly required: boolean;
}

interface Description {
  readonly product: string;
  readonly version: string;
  readonly operations: Readonly<
    Record<
      string,
      {
        /** Those of Claviger's own operations stand in the registry alone. */
        readonly parameters?: Readonly<Record<string, DescribedParameter>>;
        readonly response: Shape;
      }
    >
  >;
}

/** Where the files go. */
export const generatedFolder = join(import.meta.dirname, 'src', 'api', '__generated__');

const descriptionFolder = join(import.meta.dirname, '..', 'server', 'api-description');

/** The generated files: their names and texts. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const descriptions = readdirSync(descriptionFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(descriptionFolder, name), 'utf8')) as Description);
  return new Map(
    descriptions.map((description) => [`${description.product.toLowerCase()}.ts`, typesOf(description)]),
  );
}

function typesOf({ product, version, operations }: Description): string {
  const lines = [
    '// Made from packages/server/api-description by `npm run generate:api -w packages/console`; do not edit.',
    '',
    `/** The version of ${product} that these types describe. */`,
    `export const version = '${version}';`,
    '',
    `/** What each operation of ${product} takes and answers. Fields without a value may be left out of an answer. */`,
    `export interface ${product}Operations {`,
  ];
  for (const [name, { parameters = registered(name), response }] of Object.entries(operations)) {
    const takes = Object.entries(parameters);
    lines.push(`  ${name}: {`);
    lines.push(takes.length === 0 ? '    parameters: Record<never, never>;' : '    parameters: {');
    if (takes.length > 0) {
      for (const [parameter, { type, required }] of takes) {
        lines.push(
          `      ${key(parameter)}${required ? '' : '?'}: ${parameterType(type)}${required ? '' : ' | undefined'};`,
        );
      }
      lines.push('    };');
    }
    lines.push(`    response: ${answerType(response, 4)};`, '  };');
  }
  lines.push('}', '');
  return lines.join('\n');
}

/** JSON Schema's words for what has a type of its own here. */
const wireTypes: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
};

/** What the registry knows of an operation's parameters. */
function registered(name: string): Readonly<Record<string, DescribedParameter>> {
  const operation = [...clavigerOperations, ...clavigerStreams, ...consoleOperations].find(
    (candidate) => candidate.name === name,
  );
  if (operation === undefined) throw new Error(`${name} is described, and nowhere registered`);
  const input: ParameterMap = operation.input;
  return Object.fromEntries(
    Object.entries(input).map(([parameter, { required, schema }]) => {
      return [parameter, { type: wireTypes[String(schema['type'])] ?? 'any', required }];
    }),
  );
}

/** Lists and objects are written as the console sends them: as JSON. */
function parameterType(type: Shape): string {
  if (Array.isArray(type)) return `readonly ${answerType(type[0], 8)}[]`;
  return answerType(type as Shape, 6);
}

function answerType(shape: Shape, indent: number): string {
  if (typeof shape === 'string') return shape === 'any' ? 'unknown' : shape;
  if (isList(shape)) return `${answerType(shape[0], indent)}[]`;
  if (Object.keys(shape).length === 0) return 'Record<never, never>';
  // Whatever fields it has.
  if (shape['*'] === 'any' && Object.keys(shape).length === 1) return 'object';
  const space = ' '.repeat(indent + 2);
  const fields = Object.entries(shape).map(([name, field]) =>
    name === '*'
      ? `${space}readonly [name: string]: ${answerType(field, indent + 2)};`
      : `${space}${key(name)}?: ${answerType(field, indent + 2)};`,
  );
  return `{\n${fields.join('\n')}\n${' '.repeat(indent)}}`;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(generatedFolder, { recursive: true });
  for (const [name, text] of generatedFiles()) writeFileSync(join(generatedFolder, name), text);
}
