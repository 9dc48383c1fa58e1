import { readFileSync } from 'node:fs';

/** Version of this package, as a guard reports it to its control plane: `0.1.0`. */
export const SOFTWARE_VERSION: string = readVersion();

/** Reads package.json, which is at different depths from `src/` and `dist/src/`. */
function readVersion(): string {
  const place = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
  const { version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
