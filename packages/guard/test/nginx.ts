import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const found = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);

/** Why tests with nginx cannot run here; false when they can. */
export const noNginx =
  found === undefined && 'NOT TESTED: there is no nginx on this machine; auth_request is untested here';
if (noNginx) console.error(noNginx);

/** An nginx in a process of its own, with nothing of the system's configuration. */
export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts nginx as the current user, and waits until it takes requests.
 *
 * @param directory for its files
 * @param servers what stands in `http { … }`, given the port to listen on
 */
export async function startNginx(directory: string, servers: (port: number) => string): Promise<Nginx> {
  const port = await freePort();
  const temporary = join(directory, 'nginx');
  mkdirSync(temporary);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(temporary, kind)};`)
    .join('\n  ');
  const file = join(temporary, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
pid ${join(temporary, 'nginx.pid')};
worker_processes 1;
${process.getuid?.() === 0 ? 'user root root;' : ''}
error_log stderr notice;
events { worker_connections 256; }
http {
  access_log off;
  ${paths}
${servers(port)}
}
`,
  );
  const child = spawn(found!, ['-p', temporary, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('start worker process ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`nginx ended with ${code}: ${said}`)));
    child.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
