import { CHECKS, type CheckResult } from './checks.ts';
import type { GenerationResult } from './run-generation.ts';

/** File of the page. */
export const PAGE: URL = new URL('../../docs/compatibility.md', import.meta.url);

/** Returns the page of client compatibility, from one run over all clients. */
export function compatibilityPage(results: readonly GenerationResult[]): string {
  return `${[head(), operationsTable(results), checksTable(results), settingsTable(results), absentList(results)].join('\n\n')}\n`;
}

function head(): string {
  return `# Client compatibility

Written by \`npm run compat -- --write-docs\`: the unmodified official clients call every operation of a server, with the same requests as the server's own tests, and each typed answer is compared with the raw one, leaf by leaf.

    npm run compat                      # all clients; installs them on the first run
    npm run compat -- --only python     # one language (node, python, go, java) or client
    npm run compat -- --json            # one JSON object a line

Python clients need Python 3, Go clients Go 1.24, Java clients a JDK and Maven; what is missing is named, and the exit code is then 3. Exit code 1 means that something differs.`;
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
