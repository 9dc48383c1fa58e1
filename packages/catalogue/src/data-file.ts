import { readFileSync } from 'node:fs';

/**
 * Reads the lines of a file of the folder `data/`. Synchronous: the files have some hundred KiB and are read once.
 * @param name file name without its ending `.jsonl`
 */
export function readDataLines(name: string): readonly string[] {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(`${isSource ? '../data/' : '../../data/'}${name}.jsonl`, import.meta.url);
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}
