// Calls operations with the `aliyun` command that is on the PATH, one process a call.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, CallAnswer } from '../call.ts';
import { serve } from '../node/calls.ts';

/** Versions that the command uses by itself. */
const DEFAULT_VERSIONS: Readonly<Record<string, string>> = {
  Actiontrail: '2020-07-06',
  Ims: '2019-08-15',
  Ram: '2015-05-01',
  Sts: '2015-04-01',
};
const REGION = 'cn-hangzhou';
const MAX_OUTPUT = 16 * 1024 * 1024;

// No profile of the user is read or written.
const home = mkdtempSync(join(tmpdir(), 'claviger-aliyun-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

interface Run {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function callOnce(call: Call): Promise<CallAnswer> {
  const { product, version, action, parameters } = call;
  if (DEFAULT_VERSIONS[product] !== version) return { absent: `version ${version}` };
  const words = [product.toLowerCase(), action, ...connection(call)];
  const given = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, value]);
  let run = await aliyun([...words, ...given]);
  // Where the command's own list of operations or parameters is behind.
  if (run.failed && !/ErrorCode:/.test(run.stderr)) run = await aliyun([...words, '--force', ...given]);
  if (!run.failed) return { body: JSON.parse(run.stdout) as Readonly<Record<string, unknown>> };
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(run.stderr)?.[1];
  const type = field('.*ERROR') ?? 'error';
  return {
    error: { type, code: field('ErrorCode') ?? '', status: null, message: field('Message') ?? run.stderr },
  };
}

/** Options that say where and with which key: on the command line, or in a profile. */
function connection({ key, endpoint, protocol, setting }: Call): readonly string[] {
  const mode = key.securityToken === undefined ? 'AK' : 'StsToken';
  const insecure = protocol === 'http' ? ['--insecure'] : [];
  if (setting === 'profile') {
    const file = join(home, 'config.json');
    const profile = {
      name: 'claviger',
      mode,
      access_key_id: key.accessKeyId,
      access_key_secret: key.accessKeySecret,
      sts_token: key.securityToken ?? '',
      region_id: REGION,
      endpoint,
      output_format: 'json',
      language: 'en',
    };
    writeFileSync(file, JSON.stringify({ current: 'claviger', profiles: [profile] }), { mode: 0o600 });
    return ['--config-path', file, ...insecure];
  }
  return [
    ...['--mode', mode, '--access-key-id', key.accessKeyId, '--access-key-secret', key.accessKeySecret],
    ...(key.securityToken === undefined ? [] : ['--sts-token', key.securityToken]),
    ...['--region', REGION, '--endpoint', endpoint, ...insecure],
  ];
}

function aliyun(words: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: home };
    execFile('aliyun', words, { env, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the terminal
      resolve({ failed: error !== null, stdout, stderr: stderr.replaceAll(/\u001b\[[\d;]*m/g, '') });
    });
  });
}

await serve(callOnce);
