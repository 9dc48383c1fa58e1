// Writes the files of the test kit: `node packages/signature/testkit/generate.ts`. Nothing in them is random,
// and the package is not used: a few lines beside the vectors compute the signatures.
import { writeFileSync } from 'node:fs';
import { acs3Vectors } from './acs3-vectors.ts';
import { rpcVectors } from './rpc-vectors.ts';
import type { Kit } from './vector.ts';
import type { Unnumbered } from './vector-writing.ts';

/** Returns the files of the test kit by name. */
export function kitFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['acs3-hmac-sha256.json', textOf('ACS3-HMAC-SHA256', 'acs3', acs3Vectors())],
    ['rpc-1.0.json', textOf('RPC-HMAC-SHA1', 'rpc', rpcVectors())],
  ]);
}

function textOf(scheme: string, prefix: string, unnumbered: readonly Unnumbered[]): string {
  const vectors = unnumbered.map((vector, at) => ({
    id: `${prefix}-${String(at + 1).padStart(3, '0')}`,
    ...vector,
  }));
  const kit: Kit = { format: 1, scheme, vectors };
  return `${JSON.stringify(kit, null, 1)}\n`;
}

if (import.meta.main) {
  for (const [name, text] of kitFiles()) writeFileSync(new URL(name, import.meta.url), text);
}
