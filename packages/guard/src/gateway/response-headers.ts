/** Fields of the connection between gateway and service (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Returns the header fields of an answer for the client.
 *
 * @param rawHeaders name, value, name, value …, as the service sent them
 */
export function responseHeaders(rawHeaders: readonly string[]): string[] {
  const passed: string[] = [];
  let named: ReadonlySet<string> | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower)) passed.push(name, rawHeaders[at + 1]!);
    else if (lower === 'connection') named = namesIn(rawHeaders[at + 1]!, named);
  }
  if (named === undefined) return passed;
  const kept: string[] = [];
  for (let at = 0; at < passed.length; at += 2) {
    if (!named.has(passed[at]!.toLowerCase())) kept.push(passed[at]!, passed[at + 1]!);
  }
  return kept;
}

/** Returns the fields that `Connection` names, except its own options and the framing. */
function namesIn(value: string, before: ReadonlySet<string> | undefined): ReadonlySet<string> | undefined {
  const lower = value.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return before;
  const names = lower.split(',').map((name) => name.trim());
  const fields = names.filter((name) => name !== '' && name !== 'close' && name !== 'content-length');
  return new Set([...(before ?? []), ...fields]);
}
