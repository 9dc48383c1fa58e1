import { readFileSync } from 'node:fs';

/** The version of this package, as a guard tells it to its control plane: `0.1.0`. */
export const SOFTWARE_VERSION: string = readVersion();

/** From `src/` and from `dist/src/` the package's own folder is at different depths. */
function readVersion(): string {
  const place = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
  const { version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
