import { loadGateway, startGateway } from '@claviger/guard/gateway';
import type { Command } from 'commander';
import { addGuardProcess } from '../guard-process.ts';
import { bold, type Terminal } from '../terminal.ts';

/** Adds `claviger gateway`, a reverse proxy that forwards only signed and authorised requests. */
export function addGateway(program: Command, terminal: Terminal): void {
  const command = program
    .command('gateway')
    .summary('protect HTTP services with a reverse proxy')
    .description(
      'Forwards requests that are signed with an AccessKey and authorised to HTTP services, with headers that name the ' +
        'principal and without the signature. Runs until SIGTERM or SIGINT, then waits for pending requests and exits. ' +
        'The configuration is reloaded when the file changes and on SIGHUP; an invalid one is not applied.',
    );
  addGuardProcess(command, terminal, {
    load: loadGateway,
    start: startGateway,
    startMessages: ({ address, adminAddress, forwardAuthAddress }) => [
      `Claviger gateway listens at ${bold(terminal, address)}`,
      ...(adminAddress === undefined ? [] : [`  admin         ${adminAddress}`]),
      ...(forwardAuthAddress === undefined ? [] : [`  forward-auth  ${forwardAuthAddress}`]),
    ],
    help: `Examples:
  claviger gateway --config gateway.yaml --check
  CLAVIGER_GUARD_ACCESS_KEY_ID=CVGD… CLAVIGER_GUARD_ACCESS_KEY_SECRET=… claviger gateway --config gateway.yaml
  claviger gateway --config gateway.yaml --workers auto

Configuration:
  listen: 0.0.0.0:8443
  tls: { cert: gateway.pem, key: gateway.key }
  admin: { listen: '127.0.0.1:9090' }
  source: { server: 'https://claviger.example.com' }
  upstreams:
    orders: { urls: ['http://10.0.0.5:3000', 'http://10.0.0.6:3000'] }
  services:
    - { map: orders.yaml, upstream: orders, hosts: [orders.example.com] }

All settings: docs/gateway.md`,
  });
}
