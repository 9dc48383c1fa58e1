import { readFileSync } from 'node:fs';

const files = ['ims-2019-08-15', 'ram-2015-05-01', 'sts-2015-04-01', 'actiontrail-2020-07-06'];

/** One operation of the API's description: what RAM has, whether or not it is built here. */
export interface DescribedOperation {
  readonly product: string;
  readonly version: string;
  readonly name: string;
}

/** Every operation that RAM has, from the description that is kept beside the sources. */
export function describedOperations(): DescribedOperation[] {
  return files.flatMap((file) => {
    // The same place from src/ and from dist/src/: both are read from the package's own folder.
    const description = JSON.parse(readFileSync(new URL(`${file}.json`, descriptionFolder()), 'utf8')) as {
      readonly product: string;
      readonly version: string;
      readonly operations: Readonly<Record<string, unknown>>;
    };
    const { product, version, operations } = description;
    return Object.keys(operations).map((name) => ({ product, version, name }));
  });
}

function descriptionFolder(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../api-description/' : '../../../api-description/', import.meta.url);
}
