import { loadForwardAuth, startForwardAuth } from '@claviger/guard/forward-auth';
import type { Command } from 'commander';
import { addGuardProcess } from '../guard-process.ts';
import { bold, type Terminal } from '../terminal.ts';

/** Adds `claviger forward-auth`, which authorises requests for a proxy. */
export function addForwardAuth(program: Command, terminal: Terminal): void {
  const command = program
    .command('forward-auth')
    .summary('authorise requests for nginx, Traefik, Caddy or Envoy')
    .description(
      'Authorises requests for a proxy: nginx (auth_request), Traefik (ForwardAuth), Caddy (forward_auth), Envoy ' +
        '(ext_authz over HTTP). It does not receive request bodies: the response contains the digest that the body must ' +
        'have, and the service compares it. The configuration is reloaded when the file changes and on SIGHUP.',
    );
  addGuardProcess(command, terminal, {
    load: loadForwardAuth,
    start: startForwardAuth,
    startMessages: ({ address, adminAddress }) => [
      `Claviger forward-auth listens at ${bold(terminal, address)}`,
      ...(adminAddress === undefined ? [] : [`  admin         ${adminAddress}`]),
    ],
    help: `Examples:
  claviger forward-auth --config forward-auth.yaml --check
  CLAVIGER_GUARD_ACCESS_KEY_ID=CVGD… CLAVIGER_GUARD_ACCESS_KEY_SECRET=… claviger forward-auth --config forward-auth.yaml
  claviger forward-auth --config forward-auth.yaml --workers auto

Configuration:
  listen: 127.0.0.1:9180
  proxies: ['127.0.0.1']
  source: { server: 'https://claviger.example.com' }
  services:
    - { map: orders.yaml, hosts: [orders.example.com] }

All settings, and the configuration of each proxy: docs/forward-auth.md`,
  });
}
