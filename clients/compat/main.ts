/**
 * Calls every operation with the unmodified official clients and compares their typed answers with the raw ones:
 *
 *     npm run compat
 *     npm run compat -- --only python         one language or generation; may be repeated
 *     npm run compat -- --json                one JSON object a line
 *     npm run compat -- --write-docs          writes docs/compatibility.md
 *
 * Clients of Python, Go and Java are installed on the first run into $XDG_CACHE_HOME/claviger/compat. Exit codes: 0 if
 * all passed, 1 if anything differs, 2 for wrong options, 3 if nothing differs but a tool or a client is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compatibilityPage, PAGE } from './compatibility-page.ts';
import { GENERATIONS, type Language } from './generations.ts';
import { installClients, NotInstallable } from './install-clients.ts';
import { type GenerationResult, runGeneration, SharedServers } from './run-generation.ts';

const EXIT_DIFFERENCES = 1;
const EXIT_USAGE = 2;
const EXIT_MISSING = 3;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
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

const folders = new Map<Language, string>();
const missing = new Map<Language, string>();
for (const { language } of chosen) {
  if (folders.has(language) || missing.has(language)) continue;
  try {
    folders.set(language, installClients(language));
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    missing.set(language, error.message);
    console.error(`skipped: ${error.message}`);
  }
}

const results: GenerationResult[] = [];
const shared = await SharedServers.start();
try {
  for (const generation of chosen) {
    const installed = folders.get(generation.language);
    if (installed === undefined) continue;
    const result = await runGeneration(generation, installed, shared);
    results.push(result);
    if (values.json) console.log(JSON.stringify({ ...result, generation: generation.name }));
    else printResult(result);
  }
} finally {
  await shared.close();
}

const faults = results.flatMap(faultsOf);
const unreadByAll = unreadByEveryClient(results);
for (const place of unreadByAll) console.error(`no client has a field for ${place}`);
for (const message of missing.values()) console.error(`not tested: ${message}`);
if (values['write-docs']) {
  const text = compatibilityPage(results);
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
process.exitCode = faults.length > 0 ? EXIT_DIFFERENCES : missing.size > 0 ? EXIT_MISSING : 0;

function printResult(result: GenerationResult): void {
  const { generation, operations, absent, leaves: equal, seconds } = result;
  const some = faultsOf(result);
  const mark = some.length === 0 ? '✔' : '✖';
  console.log(
    `${mark} ${generation.title}: ${operations.length} operations, ${equal} leaves, ${absent.length} not in the client, ${seconds.toFixed(1)} s`,
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
  const typed = of.filter(({ generation }) => generation.isTyped);
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
