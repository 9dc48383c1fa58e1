import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns the path of Chromium: `CHROMIUM_PATH`, or the first one on the `PATH`; undefined if not installed. */
function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH: chosen, PATH = '' } = process.env;
  if (chosen) return chosen;
  for (const folder of PATH.split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** Reason to skip a suite of browser tests; false when Chromium is installed. */
export const CHROMIUM_MISSING =
  chromiumPath() === undefined &&
  'NOT TESTED: no chromium in CHROMIUM_PATH or PATH, so the console is not tested in a browser';
if (CHROMIUM_MISSING) console.error(CHROMIUM_MISSING);

/** Starts Chromium without its own network traffic. */
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
      // Windows that share a process share the compiled scripts, too.
      '--process-per-site',
    ],
  });
}
