/**
 * Calls every operation with the unmodified official clients and compares their typed answers with the raw ones:
 *
 *     npm run compat
 *     npm run compat -- --only python         one language or generation; may be repeated
 *     npm run compat -- --oldest              also the oldest versions that can be called
 *     npm run compat -- --json                one JSON object a line
 *     npm run compat -- --write-docs          writes docs/compatibility.md
 *
 * Clients of Python, Go and Java are installed on the first run into $XDG_CACHE_HOME/claviger/compat. Exit codes: 0 if
 * all passed, 1 if anything differs, 2 for wrong options, 3 if nothing differs but a tool or a client is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compatibilityPage, PAGE } from './compatibility-page.ts';
import { GENERATIONS, LANGUAGES, type Language, type Pins, UNPUBLISHED } from './generations.ts';
import { installClients, NotInstallable } from './install-clients.ts';
import { runQuickstart } from './quickstarts.ts';
import { type GenerationResult, runGeneration, SharedServers } from './run-generation.ts';

const EXIT_DIFFERENCES = 1;
const EXIT_USAGE = 2;
const EXIT_MISSING = 3;
const PINS: readonly Pins[] = ['newest', 'oldest'];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    oldest: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});
const chosen = GENERATIONS.filter(
  ({ name, language }) =>
    values.only.length === 0 || values.only.includes(name) || values.only.includes(language),
);
for (const name of values.only) {
  if (!GENERATIONS.some((one) => one.name === name || one.language === name)) {
    const names = [...new Set(GENERATIONS.flatMap((one) => [one.language, one.name]))];
    console.error(`error: unknown client "${name}": expected one of ${names.join(', ')}`);
    process.exit(EXIT_USAGE);
  }
}

/** Clients of a language in one set of versions, and why they cannot be tested. */
interface Clients {
  readonly pins: Pins;
  readonly language: Language;
  readonly installed?: string;
  readonly missing?: string;
}

/** At the same time: most of it is waiting for registries. */
const clients: readonly Clients[] = await Promise.all(
  (values.oldest ? PINS : PINS.slice(0, 1)).flatMap((pins) =>
    LANGUAGES.filter((language) => chosen.some((one) => one.language === language))
      .filter((language) => pins === 'newest' || !UNPUBLISHED.includes(language))
      .map((language) => install(language, pins)),
  ),
);

const results: GenerationResult[] = [];
const quickstartFaults: string[] = [];
const shared = await SharedServers.start();
try {
  for (const { pins, language, installed } of clients) {
    if (installed === undefined) continue;
    if (pins === 'newest') quickstartFaults.push(...(await runQuickstart(language, installed)));
    for (const generation of chosen.filter((one) => one.language === language)) {
      if (pins === 'oldest' && generation.noOlder !== undefined) continue;
      const result = await runGeneration(generation, pins, installed, shared);
      results.push(result);
      if (values.json) console.log(JSON.stringify({ ...result, generation: generation.name }));
      else printResult(result);
    }
  }
} finally {
  await shared.close();
}

const faults = [...results.flatMap(faultsOf), ...quickstartFaults];
for (const fault of quickstartFaults) console.error(`✖ ${fault}`);
const unreadByAll = unreadByEveryClient(results);
for (const place of unreadByAll) console.error(`no client has a field for ${place}`);
const missing = clients.filter((one) => one.missing !== undefined);
for (const { missing: message } of missing) console.error(`not tested: ${message}`);
if (values['write-docs']) {
  const text = compatibilityPage(
    results,
    missing.map(({ language }) => language),
  );
  writeFileSync(PAGE, text);
  console.error(`wrote docs/compatibility.md (${readFileSync(PAGE).length} bytes)`);
}
const made = results.reduce((sum, { operations }) => sum + operations.length, 0);
const leaves = results.reduce((sum, one) => sum + one.leaves, 0);
if (!values.json) {
  console.log(
    `${results.length} clients, ${made} operations, ${leaves} leaves equal, ${faults.length} faults`,
  );
}
process.exitCode = faults.length > 0 ? EXIT_DIFFERENCES : missing.some(isRequired) ? EXIT_MISSING : 0;

/** What no registry serves may be missing, unless it is asked for. */
function isRequired({ language }: Clients): boolean {
  return !UNPUBLISHED.includes(language) || values.only.includes(language);
}

async function install(language: Language, pins: Pins): Promise<Clients> {
  try {
    return { pins, language, installed: await installClients(language, pins) };
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    console.error(`skipped: ${error.message}`);
    return { pins, language, missing: error.message };
  }
}

function printResult(result: GenerationResult): void {
  const { generation, pins, operations, absent, leaves: equal, seconds } = result;
  const some = faultsOf(result);
  const mark = some.length === 0 ? '✔' : '✖';
  console.log(
    `${mark} ${generation.title}${pins === 'oldest' ? ', oldest' : ''}: ${operations.length} operations, ${equal} leaves, ${absent.length} not in the client, ${seconds.toFixed(1)} s`,
  );
  for (const fault of some) console.log(`    ${fault}`);
}

function faultsOf({ faults: of, checks, settings }: GenerationResult): readonly string[] {
  const failed = [...checks, ...settings].flatMap(([name, result]) =>
    typeof result === 'object' && 'failed' in result ? [`${name}: ${result.failed}`] : [],
  );
  return [...of, ...failed];
}

/** Leaves that no typed client of the run has a field for: either newer than all of them, or misspelt by the server. */
function unreadByEveryClient(of: readonly GenerationResult[]): readonly string[] {
  const typed = of.filter(({ generation, pins }) => generation.isTyped && pins === 'newest');
  const counts = new Map<string, number>();
  for (const { unread } of typed) for (const place of unread) counts.set(place, (counts.get(place) ?? 0) + 1);
  return [...counts].flatMap(([place, count]) => {
    const [product = '', action = ''] = place.split(' ');
    const having = typed.filter(({ operations }) =>
      operations.some(
        (title) => title === `${product} ${action}` || title.startsWith(`${product} ${action} `),
      ),
    );
    return count >= having.length ? [place] : [];
  });
}
