import { readFileSync } from 'node:fs';
import type { AnyOperation } from '../pipeline/operation.ts';
import type { AnswerShape } from '../wire/answer-shape.ts';

const FILES = ['ims-2019-08-15', 'ram-2015-05-01', 'sts-2015-04-01', 'actiontrail-2020-07-06'];

/** An operation of RAM's API description, implemented or not. */
export interface DescribedOperation {
  readonly product: string;
  readonly version: string;
  readonly name: string;
  readonly response: AnswerShape;
}

interface DescriptionFile {
  readonly product: string;
  readonly version: string;
  readonly operations: Readonly<Record<string, Pick<DescribedOperation, 'response'>>>;
}

/** Returns RAM's operations, read from the description in `api-description/`. */
export const describedOperations = (): DescribedOperation[] => FILES.flatMap(readDescription);

/**
 * Returns a function that gives the shape of an operation's answer, `RequestId` included: from RAM's description, or
 * from the declaration of one of Claviger's own operations. The shape of a stream is empty.
 */
export function answerShapes(): (operation: AnyOperation) => AnswerShape {
  const described = new Map(
    describedOperations().map(({ version, name, response }) => [`${version} ${name}`, response]),
  );
  return (operation) => {
    if (operation.access === 'stream') return {};
    const own = 'answer' in operation ? operation.answer : undefined;
    if (own !== undefined) return withRequestId(own);
    const response = described.get(`${operation.version} ${operation.name}`);
    if (response === undefined) throw new Error(`${operation.version} ${operation.name} is not described`);
    return response;
  };
}

function withRequestId(answer: AnswerShape): AnswerShape {
  return { ...(answer as Readonly<Record<string, AnswerShape>>), RequestId: 'string' };
}

function readDescription(file: string): DescribedOperation[] {
  const text = readFileSync(new URL(`${file}.json`, descriptionFolder()), 'utf8');
  const { product, version, operations } = JSON.parse(text) as DescriptionFile;
  return Object.entries(operations).map(([name, { response }]) => ({ product, version, name, response }));
}

/** The package's folder; resolves alike from `src/` and from `dist/src/`. */
function descriptionFolder(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../api-description/' : '../../../api-description/', import.meta.url);
}
