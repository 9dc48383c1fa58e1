import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { program } from '../main.ts';
import { candidatesFor } from './completion.ts';

const root = program({ out: new PassThrough(), err: new PassThrough(), environment: {} });
const candidates = (...words: string[]) => candidatesFor(root, words);

test('commands are completed, and their subcommands', () => {
  assert.deepEqual(candidates('access'), ['access-key']);
  assert.deepEqual(candidates('policy', 'de'), ['detach']);
});

test('flags are completed, and values of those that have choices', () => {
  assert.ok(candidates('policy', 'list', '--').includes('--type'));
  assert.deepEqual(candidates('policy', 'list', '--type', ''), ['System', 'Custom']);
  assert.deepEqual(candidates('policy', 'list', '--type', 'S'), ['System']);
  assert.deepEqual(candidates('completion', ''), ['bash', 'zsh', 'fish']);
});

test('a word after the value of a flag is completed like one without it', () => {
  assert.deepEqual(candidates('call', '--scheme', 'acs4', '--prod'), ['--product']);
  assert.deepEqual(candidates('user', 'show', 'alice', ''), []);
});

test('the script for bash completes', () => {
  const script = `claviger() { shift 2; [ "$*" = "pol" ] && echo policy; }
source /dev/stdin <<'SCRIPT'
${scriptOf('bash')}
SCRIPT
COMP_WORDS=(claviger pol); COMP_CWORD=1; _claviger; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.deepEqual([stdout, stderr], ['policy\n', '']);
});

function scriptOf(shell: string): string {
  const out = new PassThrough();
  program({ out, err: new PassThrough(), environment: {} }).parse(['completion', shell], { from: 'user' });
  return String(out.read());
}
