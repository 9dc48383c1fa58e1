import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  QUICKSTARTS,
  type QuickstartContext,
  type QuickstartId,
  quickstartScript,
} from '../../packages/console/src/quickstart/quickstarts.ts';
import { startTestServer } from '../../packages/server/test/server.ts';
import type { Language } from './generations.ts';

/** Time limit of a script, ms. */
const TIMEOUT_MS = 180_000;

/** Puts the installed clients of a language where its script finds them. */
const PREPARE: Partial<Readonly<Record<Language, (folder: string, installed: string) => void>>> = {
  python: (folder, installed) => symlinkSync(installed, join(folder, '.venv')),
  java: (folder, installed) => symlinkSync(join(installed, 'new'), join(folder, 'lib')),
  go(folder) {
    for (const name of ['go.mod', 'go.sum'])
      copyFileSync(join(import.meta.dirname, 'go', name), join(folder, name));
  },
  aliyun() {},
};

const QUICKSTART_OF: Partial<Readonly<Record<Language, QuickstartId>>> = {
  python: 'python',
  java: 'java',
  go: 'go',
  aliyun: 'cli',
};

/**
 * Runs the script of docs/quickstart for a language, over http and https, with the installed clients.
 * @returns what failed
 */
export async function runQuickstart(language: Language, installed: string): Promise<readonly string[]> {
  const id = QUICKSTART_OF[language];
  const quickstart = QUICKSTARTS.find((each) => each.id === id);
  if (quickstart === undefined) return [];
  const faults: string[] = [];
  for (const isTls of [false, true]) {
    const server = await startTestServer(isTls ? { configuration: { tls: 'auto' } } : {});
    const folder = mkdtempSync(join(tmpdir(), 'claviger-quickstart-'));
    try {
      symlinkSync(server.directory, join(folder, 'data'));
      PREPARE[language]?.(folder, installed);
      const context: QuickstartContext = { ...server.account.key, host: new URL(server.url).host, isTls };
      writeFileSync(join(folder, 'script.sh'), quickstartScript({ ...quickstart, install: [] }, context));
      const { stdout } = await promisify(execFile)('sh', ['-e', 'script.sh'], {
        cwd: folder,
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
        // The command keeps its profiles there.
        env: { ...process.env, ...(language === 'aliyun' && { HOME: folder }) },
      });
      if (!/acs:ram::\d+:user\//.test(stdout))
        faults.push(`quickstart ${id}, ${isTls ? 'https' : 'http'}: ${stdout}`);
    } catch (error) {
      const { message, stderr = '' } = error as Error & { readonly stderr?: string };
      faults.push(`quickstart ${id}, ${isTls ? 'https' : 'http'}: ${stderr.slice(-600) || message}`);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return faults;
}
