import { CHECKS, type CheckResult } from './checks.ts';
import { GENERATIONS, type Language } from './generations.ts';
import type { GenerationResult } from './run-generation.ts';

/** File of the page. */
export const PAGE: URL = new URL('../../docs/compatibility.md', import.meta.url);

/** Returns the page of client compatibility, from one run over all clients. */
export function compatibilityPage(all: readonly GenerationResult[], missing: readonly Language[]): string {
  const results = all.filter(({ pins }) => pins === 'newest');
  const oldest = all.filter(({ pins }) => pins === 'oldest');
  const parts = [
    head(),
    ...(missing.length === 0 ? [] : [`Not in this run, since it was not found: ${missing.join(', ')}.`]),
    operationsTable(results),
    checksTable(results),
    settingsTable(results),
    oldestTable(oldest),
    absentList(results),
  ];
  return `${parts.join('\n\n')}\n`;
}

function head(): string {
  return `# Client compatibility

Written by \`npm run compat -- --oldest --write-docs\`: the unmodified official clients call every operation of a server, with the same requests as the server's own tests, and each typed answer is compared with the raw one, leaf by leaf.

    npm run compat                      # all clients; installs them on the first run
    npm run compat -- --only python     # one language (node, python, go, java, aliyun) or client
    npm run compat -- --oldest          # also the oldest versions
    npm run compat -- --json            # one JSON object a line

Python clients need Python 3, Go clients Go 1.24, Java clients a JDK and Maven; what is missing is named, and the exit code is then 3. The \`aliyun\` command is in no package registry: it is tested where it is on the PATH, and named where it is not. Exit code 1 means that something differs.`;
}

function operationsTable(results: readonly GenerationResult[]): string {
  const rows = results.map(({ generation, packages, operations, absent, leaves, faults, unread }) => [
    generation.title,
    packages.join(', '),
    operations.length,
    leaves,
    absent.length,
    unread.length,
    faults.length,
  ]);
  return `## Operations

| client | packages | requests answered | leaves equal | requests not in this client | fields not in this client | faults |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map(row).join('\n')}

A client that is older than the API lacks operations and fields; they are listed below. Clients without typed answers are compared by the JSON that they return.`;
}

function checksTable(results: readonly GenerationResult[]): string {
  const rows = CHECKS.map(({ name }) => [
    name,
    ...results.map(({ checks }) => shown(checks.find(([of]) => of === name)?.[1])),
  ]);
  return `## Behaviour

| | ${results.map(({ generation }) => generation.title).join(' | ')} |
| --- |${' --- |'.repeat(results.length)}
${rows.map(row).join('\n')}

"–": this client lacks the operation that the check needs.`;
}

function settingsTable(results: readonly GenerationResult[]): string {
  const rows = results.flatMap(({ generation, settings }) =>
    settings.map(([text, result]) => [generation.title, text, shown(result)]),
  );
  return `## Settings

How a client is pointed at a server, and how it is made to trust the server's certificate (\`tls/cert.pem\` in the data directory with \`--tls auto\`). The untrusted call is made to show that the certificate is checked.

| client | setting | result |
| --- | --- | --- |
${rows.map(row).join('\n')}`;
}

function oldestTable(results: readonly GenerationResult[]): string {
  if (results.length === 0)
    return `## Oldest versions

Not in this run.`;
  const rows = results.map(
    ({ generation, packages, operations, leaves, absent, faults, checks, settings }) => [
      generation.title,
      packages.join(', '),
      operations.length,
      leaves,
      absent.length,
      faults.length,
      summary(checks),
      summary(settings),
    ],
  );
  const without = GENERATIONS.flatMap(({ title, noOlder }) =>
    noOlder === undefined ? [] : [`${title}, since ${noOlder}`],
  );
  return `## Oldest versions

The oldest versions that the registries serve, that install on Python 3.11, Go 1.24, JDK 17 and Node 24, and that have what the drivers call.

| client | packages | requests answered | leaves equal | requests not in this client | faults | behaviour | settings |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(row).join('\n')}

Without a row: ${without.join('; ')}.`;
}

/** `9 of 9`, with what is not so. */
function summary(results: readonly (readonly [name: string, result: CheckResult])[]): string {
  const others = results.filter(([, result]) => result !== 'passed');
  const count = `${results.length - others.length} of ${results.length}`;
  return [count, ...others.map(([name, result]) => `${name}: ${shown(result)}`)].join('; ');
}

function absentList(results: readonly GenerationResult[]): string {
  const lines = results
    .filter(({ absent }) => absent.length > 0)
    .map(({ generation, absent }) => `- **${generation.title}**: ${absent.join('; ')}`);
  return `## Not in these versions of the clients

${lines.join('\n')}`;
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function shown(result: CheckResult | undefined): string {
  if (result === 'passed') return 'yes';
  if (result === undefined || 'notHere' in result) return '–';
  return 'failed' in result ? `no: ${result.failed}` : `no: ${result.differs}`;
}
