// One service behind Claviger, protected in three ways and called by the official generic clients and by
// `claviger call`. See README.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openApi from '@alicloud/openapi-client';
import { $OpenApiUtil, default as core } from '@alicloud/openapi-core';

const claviger = fileURLToPath(new URL('../../packages/cli/bin/claviger.js', import.meta.url));
// The repository's own Node.js: the installed one may be older.
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const version = '2026-11-24';
const ways = { gateway: behindGateway, nginx: behindNginx, fastify: inProcess };

const wanted = process.argv.slice(2);
if (wanted.some((way) => !Object.hasOwn(ways, way))) {
  console.error(`usage: node examples/orders/run.mjs [${Object.keys(ways).join('] [')}]`);
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'claviger-orders-'));
const running = [];
// However this ends, nothing that it started goes on.
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => {
  for (const child of running) child.kill();
  rmSync(directory, { recursive: true, force: true });
});
try {
  const control = await startControlPlane();
  for (const way of wanted.length > 0 ? wanted : Object.keys(ways)) {
    console.log(`\n${way}`);
    const customer = await control.newCustomer(`customer-${way}`);
    const url = await ways[way](control);
    if (url !== undefined) await call(url, control, customer);
    // Guards report what was used when they stop, if not before.
    while (running.length > 1) await stop(running.pop());
    if (url !== undefined) tell('its key was last used', 'openapi-client', await control.lastUsed(customer));
  }
} finally {
  for (const child of running.reverse()) await stop(child);
}

/** Claviger itself, with a key for whatever guards the service. */
async function startControlPlane() {
  const data = join(directory, 'data');
  const made = spawnSync(node, [claviger, 'init', '--data', data, '--json'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(made.stderr);
  const admin = JSON.parse(made.stdout);
  const url = await start('claviger', [claviger, 'serve', '--data', data, '--port', '0']);
  const operation = async (action, query, of = '2015-05-01') => {
    const call = { action, version: of, method: 'POST', pathname: '/', style: 'RPC', query };
    const { status, body } = await generic(url, admin, call);
    if (status !== 200) throw new Error(`${action}: ${body}`);
    return { status, body };
  };

  async function newUser(name, statement) {
    const policy = { Version: '1', Statement: statement };
    await operation('CreateUser', { UserName: name });
    await operation('CreatePolicy', { PolicyName: name, PolicyDocument: JSON.stringify(policy) });
    await operation('AttachPolicyToUser', { PolicyType: 'Custom', PolicyName: name, UserName: name });
    const { body } = await operation('CreateAccessKey', { UserName: name });
    return { UserName: name, ...body.AccessKey };
  }

  const added = spawnSync(
    node,
    [claviger, 'guard', 'add', 'orders-1', '--service', 'orders', '--data', data, '--json'],
    { encoding: 'utf8' },
  );
  if (added.status !== 0) throw new Error(added.stderr);
  const guardKey = JSON.parse(added.stdout);
  return {
    url,
    guardEnvironment: {
      CLAVIGER_GUARD_ACCESS_KEY_ID: guardKey.AccessKeyId,
      CLAVIGER_GUARD_ACCESS_KEY_SECRET: guardKey.AccessKeySecret,
    },
    /** A customer: may place and list orders; of single ones, see and cancel the first alone. */
    newCustomer: (name) =>
      newUser(name, [
        {
          Effect: 'Allow',
          Action: ['orders:PlaceOrder', 'orders:ListOrders'],
          Resource: 'acs:orders:*:*:order/*',
        },
        {
          Effect: 'Allow',
          Action: ['orders:GetOrder', 'orders:CancelOrder'],
          Resource: 'acs:orders:*:*:order/1001',
        },
      ]),
    lastUsed: ({ UserName, AccessKeyId }) => {
      const UserPrincipalName = admin.UserPrincipalName.replace(/^[^@]*/, UserName);
      const query = { UserPrincipalName, UserAccessKeyId: AccessKeyId };
      return operation('GetAccessKeyLastUsed', query, '2019-08-15');
    },
    disable: ({ UserName, AccessKeyId }) =>
      operation('UpdateAccessKey', { UserName, UserAccessKeyId: AccessKeyId, Status: 'Inactive' }),
  };
}

/** The calls of a customer, the same whatever protects the service. */
async function call(url, control, customer) {
  const order = { sku: 'a-1', quantity: 2 };
  const place = { action: 'PlaceOrder', method: 'POST', pathname: '/orders', body: order };
  const see = (id) => ({ action: 'GetOrder', method: 'GET', pathname: `/orders/${id}` });
  tell('place an order', 'openapi-client', await generic(url, customer, place));
  tell('place another', 'openapi-core', await modern(url, customer, place));
  tell('see order 1001', 'openapi-core', await modern(url, customer, see('1001')));
  tell(
    'list the orders',
    'openapi-client',
    await generic(url, customer, { action: 'ListOrders', method: 'GET', pathname: '/orders' }),
  );
  tell('see order 1001', 'claviger call', byCommand(customer, 'GET', `${url}/orders/1001`));
  tell('see order 1002', 'openapi-client', await generic(url, customer, see('1002')));
  tell('see order 1002', 'claviger call', byCommand(customer, 'GET', `${url}/orders/1002`));
  tell('cancel order 1001', 'claviger call', byCommand(customer, 'POST', `${url}/orders/1001/cancel`));
  tell('cancel it once more', 'claviger call', byCommand(customer, 'POST', `${url}/orders/1001/cancel`));
  tell('without a signature', 'fetch', await unsigned(`${url}/orders/1001`));
  await control.disable(customer);
  const disabled = await until(
    () => generic(url, customer, see('1001')),
    ({ status }) => status !== 200,
  );
  tell('with its key disabled', 'openapi-client', disabled);
}

/** A gateway in front of the service: what is not signed and allowed never gets there. */
async function behindGateway({ url, guardEnvironment }) {
  const [listen, admin, service] = await freePorts(3);
  const ports = { 8080: new URL(url).port, 8090: listen, 8092: admin, 3000: service };
  await startGuard('gateway', 'gateway.yaml', ports, admin, guardEnvironment);
  await startService(service, admin);
  return `http://127.0.0.1:${listen}`;
}

/** nginx in front of the service, asking forward-auth about every request. */
async function behindNginx({ url, guardEnvironment }) {
  if (spawnSync('nginx', ['-v']).status !== 0) {
    console.log('  LEFT OUT: there is no nginx on this machine');
    return undefined;
  }
  const [listen, auth, admin, service] = await freePorts(4);
  const ports = { 8080: new URL(url).port, 8091: listen, 9180: auth, 9181: admin, 3000: service };
  await startGuard('forward-auth', 'forward-auth.yaml', ports, admin, guardEnvironment);
  await startService(service, admin);
  const config = configure('nginx.conf', ports);
  running.push(spawn('nginx', ['-p', directory, '-c', config, '-g', 'daemon off;'], { stdio: 'inherit' }));
  const nginx = `http://127.0.0.1:${listen}`;
  await until(
    () => fetch(nginx).catch(() => undefined),
    (answer) => answer !== undefined,
  );
  return nginx;
}

/** No proxy: the guard is a plugin of the service itself. */
async function inProcess({ url, guardEnvironment }) {
  const environment = {
    ...guardEnvironment,
    CLAVIGER_SERVER: url,
    ORDERS_PORT: '0',
    ORDERS_DATABASE: ':memory:',
  };
  return start('service', [here('in-process.mjs')], environment);
}

/** Starts `claviger gateway` or `claviger forward-auth`, and waits until it has everybody's credentials. */
async function startGuard(command, file, ports, admin, environment) {
  configure('service-map.yaml', ports);
  const config = configure(file, ports);
  await start(command, [claviger, command, '--config', config, '--log-level', 'warn'], environment);
  await until(
    () => fetch(`http://127.0.0.1:${admin}/readyz`),
    (answer) => answer.ok,
  );
}

function startService(port, admin) {
  return start('service', [here('service.mjs')], {
    ORDERS_PORT: String(port),
    ORDERS_JWKS: `http://127.0.0.1:${admin}/.well-known/claviger/jwks.json`,
    ORDERS_DATABASE: ':memory:',
  });
}

/** The generic client of the older official SDK core. */
async function generic(
  url,
  key,
  { action, version: of = version, method, pathname, style = 'ROA', query, body },
) {
  const client = new openApi.default(new openApi.Config(configOf(url, key)));
  return outcome(() =>
    client.callApi(
      new openApi.Params({ ...paramsOf(action, of, method, pathname, style), bodyType: 'json' }),
      new openApi.OpenApiRequest({ ...(query && { query }), ...(body && { body }) }),
      {},
    ),
  );
}

/** The newer official SDK core. */
async function modern(url, key, { action, method, pathname, body }) {
  const client = new core.default(new $OpenApiUtil.Config(configOf(url, key)));
  return outcome(() =>
    client.callApi(
      new $OpenApiUtil.Params({ ...paramsOf(action, version, method, pathname, 'ROA'), bodyType: 'json' }),
      new $OpenApiUtil.OpenApiRequest({ ...(body && { body }) }),
      {},
    ),
  );
}

function configOf(url, { AccessKeyId, AccessKeySecret }) {
  const { host } = new URL(url);
  return { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, endpoint: host, protocol: 'http' };
}

function paramsOf(action, of, method, pathname, style) {
  const reqBodyType = style === 'RPC' ? 'formData' : 'json';
  return { action, version: of, protocol: 'http', pathname, method, authType: 'AK', style, reqBodyType };
}

async function outcome(send) {
  try {
    const { statusCode, body } = await send();
    return { status: statusCode, body };
  } catch (error) {
    if (error.code === undefined) throw error;
    return { status: error.statusCode ?? error.data?.statusCode, body: error.message };
  }
}

function byCommand({ AccessKeyId, AccessKeySecret }, method, url) {
  const env = {
    ...process.env,
    ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
  };
  const { status, stdout, stderr } = spawnSync(node, [claviger, 'call', method, url], {
    encoding: 'utf8',
    env,
  });
  return { status: `exit code ${status}`, body: status === 0 ? stdout : stderr.trim() };
}

async function unsigned(url) {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()).Message };
}

function tell(what, by, { status, body }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  console.log(
    `  ${what.padEnd(22)}${by.padEnd(16)}${status}  ${text.replaceAll('\n', `\n${' '.repeat(40)}`)}`,
  );
}

/** A copy of a file of this directory, with other ports. @returns where it is */
function configure(name, ports) {
  const text = readFileSync(here(name), 'utf8').replace(/(127\.0\.0\.1:)(\d+)/g, (whole, address, port) =>
    ports[port] === undefined ? whole : `${address}${ports[port]}`,
  );
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** Starts a program of Node, and waits until it has said where it is. @returns that address */
async function start(name, words, environment = {}) {
  const child = spawn(node, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let said = '';
  const address = await new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => resolve(undefined));
  });
  if (address !== undefined) return address;
  throw new Error(`${name} did not start: ${said}`);
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) server.close();
  return ports;
}

/** Asks again until the answer is the wanted one: a change takes some milliseconds to get everywhere. */
async function until(ask, isWanted) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error('it took longer than 10 s');
  }
}
