import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KillableProcess } from './killable-process.ts';

/** The configuration that the documentation recommends. */
const NGINX_CONFIGURATION = fileURLToPath(new URL('../deploy/container/nginx.conf', import.meta.url));

const nginx = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);

/** Reason to skip tests that need nginx; `false` if there is one. */
export const skipWithoutNginx: string | false =
  nginx === undefined &&
  'NOT TESTED: there is no nginx on this machine; deploy/container/nginx.conf is untested here';
if (skipWithoutNginx) console.error(skipWithoutNginx);

/** nginx with the recommended configuration, for these nodes. */
export function nginxProcess(
  directory: string,
  port: number,
  nodes: readonly number[],
  onUnexpectedEnd: (message: string) => void,
): KillableProcess {
  if (nginx === undefined) throw new Error('nginx is not on the PATH');
  const temporary = join(directory, 'nginx');
  mkdirSync(temporary);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(temporary, kind)};`,
  );
  const site = readFileSync(NGINX_CONFIGURATION, 'utf8')
    .replace(/server node(\d):8080/g, (_, node: string) => `server 127.0.0.1:${nodes[Number(node) - 1]}`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`);
  const file = join(temporary, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
# One process, so that a kill leaves no worker that holds the port.
master_process off;
pid ${join(temporary, 'nginx.pid')};
${process.getuid?.() === 0 ? 'user root root;' : ''}
error_log stderr notice;
events { worker_connections 1024; }
http {
access_log off;
${paths.join('\n')}
${site}
}
`,
  );
  return new KillableProcess({
    name: 'nginx',
    command: nginx,
    args: ['-p', temporary, '-c', file, '-e', 'stderr'],
    ready: 'getrlimit(RLIMIT_NOFILE)',
    onUnexpectedEnd,
  });
}
