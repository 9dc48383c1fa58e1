/** Generates the TypeScript types of the answers of RAM's operations from `api-description/`. */
import type { DescribedOperation } from '../src/api/described-operations.ts';
import { type AnswerShape, isListShape, isOptionalField, wordsOf } from '../src/wire/answer-shape.ts';

/** Text of `src/wire/__generated__/described-answers.ts`: an interface with the answers of every product. */
export function describedAnswersText(operations: readonly DescribedOperation[]): string {
  const lines = [
    '// Made from packages/server/api-description by `npm run generate:api`; do not edit.',
    "import type { WireString } from '../answer-shape.ts';",
    '',
    '/** Answers of the operations of RAM by product and name, without `RequestId`. */',
    'export interface DescribedAnswers {',
  ];
  for (const [product, ofProduct] of Map.groupBy(operations, (operation) => operation.product)) {
    lines.push(`  ${product}: {`);
    for (const { name, response } of ofProduct) {
      lines.push(`    ${name}: ${typeText(withoutRequestId(response), 4)};`);
    }
    lines.push('  };');
  }
  return [...lines, '}', ''].join('\n');
}

/** @param indent columns before the line that the type begins in */
function typeText(shape: AnswerShape, indent: number): string {
  if (typeof shape === 'string') return scalarText(shape);
  if (isListShape(shape)) return listText(typeText(shape[0], indent));
  const fields = Object.entries(shape);
  if (fields.length === 0) return 'Record<never, never>';
  if (fields.length === 1 && shape['*'] === 'any') return 'object';
  const space = ' '.repeat(indent + 2);
  const lines = fields.map(([field, value]) => {
    const type = typeText(value, indent + 2);
    if (isOptionalField(field)) return `${space}readonly ${field}: ${type} | undefined;`;
    return `${space}readonly ${field}: ${type};`;
  });
  return `{\n${lines.join('\n')}\n${' '.repeat(indent)}}`;
}

function scalarText(shape: string): string {
  if (shape === 'string') return 'WireString';
  if (shape === 'any') return 'unknown';
  return (
    wordsOf(shape)
      ?.map((word) => `'${word}'`)
      .join(' | ') ?? shape
  );
}

const listText = (item: string) =>
  item.includes(' | ') && !item.includes('\n') ? `readonly (${item})[]` : `readonly ${item}[]`;

function withoutRequestId(response: AnswerShape): AnswerShape {
  if (typeof response === 'string' || isListShape(response)) return response;
  return Object.fromEntries(Object.entries(response).filter(([name]) => name !== 'RequestId'));
}
