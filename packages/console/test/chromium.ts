import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine: `CHROMIUM_PATH`, or the first one on the `PATH`; undefined when there is none. */
export function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH: chosen, PATH = '' } = process.env;
  if (chosen) return chosen;
  for (const folder of PATH.split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** For `describe`'s `skip`; says loudly what is not tested then. */
export const CHROMIUM_MISSING =
  chromiumPath() === undefined &&
  'NOT TESTED: there is no chromium on this machine (CHROMIUM_PATH or PATH); the console is untested here';
if (CHROMIUM_MISSING) console.error(CHROMIUM_MISSING);

/** Starts it without anything that it would do on the network by itself. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error(String(CHROMIUM_MISSING));
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
