import { loadForwardAuth, startForwardAuth } from '@claviger/guard/forward-auth';
import type { Command } from 'commander';
import { addGuard } from '../guard-command.ts';
import { bold, type Terminal } from '../terminal.ts';

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
  addGuard(command, terminal, {
    load: loadForwardAuth,
    start: startForwardAuth,
    greeting: ({ address, adminAddress }) => [
      `Claviger answers proxies at ${bold(terminal, address)}`,
      ...(adminAddress === undefined ? [] : [`  admin         ${adminAddress}`]),
    ],
    help: `Examples:
  claviger forward-auth --config forward-auth.yaml --check
  CLAVIGER_GUARD_ACCESS_KEY_ID=CVGD… CLAVIGER_GUARD_ACCESS_KEY_SECRET=… claviger forward-auth --config forward-auth.yaml

A configuration:
  listen: 127.0.0.1:9180
  proxies: ['127.0.0.1']
  source: { server: 'https://claviger.example.com' }
  services:
    - { map: orders.yaml, hosts: [orders.example.com] }

docs/forward-auth.md has every setting, and what each proxy needs.`,
  });
}
