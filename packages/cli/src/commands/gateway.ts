import { loadGateway, startGateway } from '@claviger/guard/gateway';
import type { Command } from 'commander';
import { addGuard } from '../guard-command.ts';
import { bold, type Terminal } from '../terminal.ts';

/** `claviger gateway`: a reverse proxy that passes on what is signed and allowed. */
export function addGateway(program: Command, terminal: Terminal): void {
  const command = program
    .command('gateway')
    .summary('protect HTTP services by a reverse proxy')
    .description(
      'Passes requests on to HTTP services: those that are signed with an AccessKey and allowed, with who signed them, ' +
        'and without the signature. It runs until SIGTERM or SIGINT: then it finishes what is under way and exits. A ' +
        'change of the configuration counts as soon as the file changes, and on SIGHUP; one with a fault changes nothing.',
    );
  addGuard(command, terminal, {
    load: loadGateway,
    start: startGateway,
    greeting: ({ address, adminAddress, forwardAuthAddress }) => [
      `Claviger's gateway listens at ${bold(terminal, address)}`,
      ...(adminAddress === undefined ? [] : [`  admin         ${adminAddress}`]),
      ...(forwardAuthAddress === undefined ? [] : [`  forward-auth  ${forwardAuthAddress}`]),
    ],
    help: `Examples:
  claviger gateway --config gateway.yaml --check
  CLAVIGER_GUARD_ACCESS_KEY_ID=CVGD… CLAVIGER_GUARD_ACCESS_KEY_SECRET=… claviger gateway --config gateway.yaml

A configuration:
  listen: 0.0.0.0:8443
  tls: { cert: gateway.pem, key: gateway.key }
  admin: { listen: '127.0.0.1:9090' }
  source: { server: 'https://claviger.example.com' }
  upstreams:
    orders: { urls: ['http://10.0.0.5:3000', 'http://10.0.0.6:3000'] }
  services:
    - { map: orders.yaml, upstream: orders, hosts: [orders.example.com] }

docs/gateway.md has every setting.`,
  });
}
