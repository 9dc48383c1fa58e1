import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  auditKeyId,
  auditSigningKeyFile,
  type ChainAnchor,
  chainAnchorFile,
  openAuditSigningKey,
  parseAuditPublicKey,
  parseChainAnchor,
  readChainAnchor,
  verifyChain,
} from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { readInputFile } from '../input-file.ts';
import { withInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { exitWith, print, type Terminal } from '../terminal.ts';

interface VerifyFlags {
  readonly publicKey?: readonly string[];
  readonly checkpoint?: readonly string[];
  readonly json?: boolean;
}

const KEY_SETTINGS = [...DATA_SETTINGS, 'auditSigningKey'];

/** Adds `claviger audit verify`, which compares all audit events with their hash chain. */
export function addAuditVerify(audit: Command, terminal: Terminal): void {
  const command = audit
    .command('verify')
    .summary('find audit events that were changed, removed, added or reordered')
    .description(
      'Compares every audit event with the hash chain and its signed checkpoints; the server may be running. Trusts ' +
        'the key of the data directory, or the public keys given. Exit code 1 if anything was found.',
    )
    .option('--public-key <file>', 'trusted public key, PEM; may be repeated', collect)
    .option(
      '--checkpoint <file>',
      'export, delivery or log with a checkpoint that the log must have; may be repeated',
      collect,
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger audit verify --data ./data\n' +
        '  npx claviger audit verify --data ./data --public-key audit.pem --checkpoint audit.jsonl --json',
    );
  addServerFlags(command, KEY_SETTINGS).action((flags: VerifyFlags) =>
    withInstallation(terminal, flags, async ({ store }) => {
      const { data, auditSigningKey } = configurationOf(terminal, { ...flags });
      const keys = trustedKeys(flags.publicKey ?? [], auditSigningKey ?? auditSigningKeyFile(data));
      const anchors: ChainAnchor[] = [];
      const own = readChainAnchor(chainAnchorFile(data));
      if (own !== undefined) anchors.push(own);
      for (const file of flags.checkpoint ?? []) {
        const anchor = parseChainAnchor(readInputFile('--checkpoint', file).toString());
        if (anchor === undefined) {
          throw new CommanderError(
            2,
            'claviger.audit',
            `${file} has no checkpoint: expected JSON lines with one`,
          );
        }
        anchors.push(anchor);
      }
      const report = await verifyChain(store.queries, { keys, anchors });
      if (flags.json) {
        print(terminal, JSON.stringify({ holds: report.findings.length === 0, ...report }));
      } else {
        for (const { kind, account, text } of report.findings) {
          print(terminal, `${kind.padEnd(16)} ${account || '-'}  ${text}`);
        }
        const newest =
          report.newest === undefined
            ? 'no checkpoint yet'
            : `newest checkpoint ${report.newest.number} of ${new Date(report.newest.signedAt).toISOString()}, hash ${report.newest.hash}`;
        print(
          terminal,
          `${report.records} events in ${report.checkpoints} checkpoints verified, ${report.unchained} not chained yet, ` +
            `${report.removedByRetention} removed by retention, ${report.findings.length} findings; ${newest}`,
        );
      }
      if (report.findings.length > 0) throw exitWith(1);
    }),
  );
}

/** Adds `claviger audit public-key`, which prints the key that verifies checkpoints. */
export function addAuditPublicKey(audit: Command, terminal: Terminal): void {
  const command = audit
    .command('public-key')
    .summary('print the public key of the audit log')
    .description(
      'Prints the public key of the signing key, PEM: keep it where the database cannot be written from.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx claviger audit public-key --data ./data > audit.pem');
  addServerFlags(command, KEY_SETTINGS).action((flags: { readonly json?: boolean }) => {
    const { data, auditSigningKey } = configurationOf(terminal, { ...flags });
    const { keyId, publicKey } = openAuditSigningKey(auditSigningKey ?? auditSigningKeyFile(data), false);
    print(terminal, flags.json ? JSON.stringify({ keyId, publicKey }) : publicKey.trimEnd());
  });
}

function trustedKeys(files: readonly string[], keyFile: string): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const file of files) {
    const key = parseAuditPublicKey(readInputFile('--public-key', file).toString(), '--public-key');
    keys.set(auditKeyId(key), key);
  }
  if (files.length === 0 && existsSync(keyFile)) {
    const { keyId, publicKey } = openAuditSigningKey(keyFile, false);
    keys.set(keyId, createPublicKey(publicKey));
  }
  return keys;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
