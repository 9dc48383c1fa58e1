import { resolve } from 'node:path';
import { loadForwardAuth, startForwardAuth } from '@claviger/guard/forward-auth';
import type { Command } from 'commander';
import {
  addGuardFlags,
  type GuardFlags,
  guardSurroundings,
  runUntilStopped,
  told,
  WHERE_SECRETS_COME_FROM,
} from '../guard-process.ts';
import { bold, print, type Terminal } from '../terminal.ts';

/** `claviger forward-auth`: answers proxies that ask whether a request may pass. */
export function addForwardAuth(program: Command, terminal: Terminal): void {
  const command = program
    .command('forward-auth')
    .summary('tell nginx, Traefik, Caddy or Envoy which requests may pass')
    .description(
      'Answers proxies that ask whether a request may pass: nginx (auth_request), Traefik (ForwardAuth), Caddy ' +
        '(forward_auth), Envoy (ext_authz over HTTP). It sees no bodies: the answer says which digest a body must have, ' +
        'and the service has to compare. A change of the configuration counts as soon as the file changes, and on SIGHUP.',
    );
  addGuardFlags(command)
    .addHelpText(
      'after',
      `${WHERE_SECRETS_COME_FROM}

Examples:
  claviger forward-auth --config forward-auth.yaml --check
  CLAVIGER_GUARD_ACCESS_KEY_ID=LTAI5t… CLAVIGER_GUARD_ACCESS_KEY_SECRET=… claviger forward-auth --config forward-auth.yaml

A configuration:
  listen: 127.0.0.1:9180
  proxies: ['127.0.0.1']
  source: { server: 'https://claviger.example.com' }
  services:
    - { map: orders.yaml, hosts: [orders.example.com] }

docs/forward-auth.md has every setting, and what each proxy needs.`,
    )
    .action((flags: GuardFlags) =>
      told(async () => {
        const file = resolve(flags.config);
        if (flags.check) {
          const { configuration, maps } = await loadForwardAuth(file);
          const routes = maps.reduce((count, map) => count + map.routes.length, 0);
          const services = configuration.services.length;
          print(
            terminal,
            `${flags.config}: ${services} service${services === 1 ? '' : 's'}, ${routes} route${routes === 1 ? '' : 's'}, no fault`,
          );
          return;
        }
        const { surroundings, flush } = guardSurroundings(terminal, flags);
        const endpoint = await startForwardAuth(file, surroundings);
        print(terminal, `Claviger answers proxies at ${bold(terminal, endpoint.address)}`);
        if (endpoint.adminAddress !== undefined) print(terminal, `  admin         ${endpoint.adminAddress}`);
        await runUntilStopped(terminal, endpoint);
        flush();
      }),
    );
}
