import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Gateway, startGateway } from '../src/gateway/gateway.ts';
import type { GuardDependencies } from '../src/gateway/guard-runtime.ts';
import { Keys, noon, ordersMap } from './orders.ts';
import { RecordingUpstream } from './recording-upstream.ts';

/** A line of a log. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that can be waited for. */
export class TestLog {
  readonly lines: Logged[] = [];
  #wake: (() => void)[] = [];

  info = (fields: object, message: string) => this.#add('info', fields, message);
  warn = (fields: object, message: string) => this.#add('warn', fields, message);
  error = (fields: object, message: string) => this.#add('error', fields, message);

  /** Waits for a line. */
  async until(wanted: (line: Logged) => boolean): Promise<Logged> {
    for (;;) {
      const found = this.lines.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  #add(level: Logged['level'], fields: object, message: string): void {
    this.lines.push({ level, message, fields: { ...fields } });
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** A directory of a test's own, removed when the tests of the file are over. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-gateway-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A gateway before the orders service, at noon. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly upstream: RecordingUpstream;
  readonly keys: Keys;
  readonly log: TestLog;
  readonly file: string;
  readonly directory: string;
  isReady: boolean;
  close(): Promise<void>;
}

export interface GatewayTestOptions {
  /** Lines of the configuration besides the necessary ones. */
  readonly more?: string;
  /** Lines of the upstream besides its address. */
  readonly upstream?: string;
  /** Lines of the service besides its map and upstream. */
  readonly service?: string;
  readonly dependencies?: Partial<GuardDependencies>;
  /** Instead of the recording one. */
  readonly urls?: readonly string[];
}

/** The configuration of a test's gateway. */
export function gatewayYaml(urls: readonly string[], options: GatewayTestOptions = {}): string {
  const indented = (text: string | undefined, by: string) =>
    (text ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${by}${line}\n`)
      .join('');
  return `listen: 127.0.0.1:0
admin: { listen: '127.0.0.1:0' }
source: { server: 'http://127.0.0.1:1' }
${options.more ?? ''}
upstreams:
  orders:
    urls: [${urls.map((url) => `'${url}'`).join(', ')}]
${indented(options.upstream, '    ')}services:
  - map: orders.yaml
    upstream: orders
${indented(options.service, '    ')}`;
}

/** Starts a gateway in this process, with keys in memory. */
export async function runningGateway(options: GatewayTestOptions = {}): Promise<RunningGateway> {
  const directory = freshDirectory();
  const upstream = await RecordingUpstream.start();
  const keys = new Keys();
  const log = new TestLog();
  const file = join(directory, 'gateway.yaml');
  writeFileSync(join(directory, 'orders.yaml'), ordersMap);
  writeFileSync(file, gatewayYaml(options.urls ?? [upstream.url], options));
  const running = { isReady: true };
  const gateway = await startGateway(file, {
    openSource: () => ({ source: keys, isReady: () => running.isReady, close() {} }),
    now: () => noon,
    log,
    ...options.dependencies,
  });
  return Object.assign(running, {
    gateway,
    url: gateway.address,
    upstream,
    keys,
    log,
    file,
    directory,
    async close() {
      await gateway.close(0);
      await upstream.close();
    },
  });
}
