import { readFileSync } from 'node:fs';

const ramFiles = ['ims-2019-08-15', 'ram-2015-05-01', 'sts-2015-04-01', 'actiontrail-2020-07-06'];
const ownFiles = ['claviger-2026-11-24'];

/** The form of a value: a word for a scalar, a list of one form, or fields by name (`*`: any name). */
export type DescribedType = string | readonly [DescribedType] | { readonly [field: string]: DescribedType };

/** One operation of the API's description: what RAM has, whether or not it is built here. */
export interface DescribedOperation {
  readonly product: string;
  readonly version: string;
  readonly name: string;
  readonly methods: readonly string[];
  readonly response: DescribedType;
}

interface DescriptionFile {
  readonly product: string;
  readonly version: string;
  readonly operations: Readonly<Record<string, Pick<DescribedOperation, 'methods' | 'response'>>>;
}

/** Every operation that RAM has, from the description that is kept beside the sources. */
export const describedOperations = (): DescribedOperation[] => ramFiles.flatMap(readDescription);

/** Every operation of Claviger's own API, described in the same form. */
export const ownDescribedOperations = (): DescribedOperation[] => ownFiles.flatMap(readDescription);

function readDescription(file: string): DescribedOperation[] {
  const text = readFileSync(new URL(`${file}.json`, descriptionFolder()), 'utf8');
  const { product, version, operations } = JSON.parse(text) as DescriptionFile;
  return Object.entries(operations).map(([name, { methods, response }]) => ({
    product,
    version,
    name,
    methods,
    response,
  }));
}

/** The same place seen from `src/` and from `dist/src/`: the package's own folder. */
function descriptionFolder(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../api-description/' : '../../../api-description/', import.meta.url);
}
