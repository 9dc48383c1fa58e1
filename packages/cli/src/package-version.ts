import { readFileSync } from 'node:fs';

/** Returns the version of this package. */
export function packageVersion(): string {
  const file = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
  const { version } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
