// The same service with the guard inside: a Fastify plugin, no proxy. The service map is read from the OpenAPI
// document, and credentials come from Claviger, over one connection that stays open.
import { readFileSync } from 'node:fs';
import { createGuard, openSnapshotSource, openUsageReports, serviceMapFromOpenApi } from '@claviger/guard';
import { fastifyGuard } from '@claviger/guard/fastify';
import fastify from 'fastify';
import { OrderProblem, Orders } from './orders.mjs';

const {
  ORDERS_PORT = '3000',
  ORDERS_DATABASE = 'orders.db',
  CLAVIGER_SERVER = 'http://127.0.0.1:8080',
} = process.env;

const controlPlane = {
  server: CLAVIGER_SERVER,
  accessKeyId: process.env.CLAVIGER_GUARD_ACCESS_KEY_ID,
  accessKeySecret: process.env.CLAVIGER_GUARD_ACCESS_KEY_SECRET,
  // Anywhere but on one machine it must be https.
  allowPlainHttpOnLoopback: true,
};
const source = openSnapshotSource(controlPlane);
await source.ready();
const uses = openUsageReports(controlPlane);
const openApi = readFileSync(new URL('openapi.yaml', import.meta.url), 'utf8');
const service = serviceMapFromOpenApi(openApi, { service: 'orders' });
const guard = createGuard({ source, service, onUse: uses.note });

const orders = new Orders(ORDERS_DATABASE);
const app = fastify({ forceCloseConnections: true });
await app.register(fastifyGuard, { guard });

const account = ({ claviger }) => claviger.principal.accountId;
app.get('/orders', (request) => ({ orders: orders.list(account(request), request.query.status) }));
app.post('/orders', (request, reply) => {
  reply.code(201);
  return orders.place(account(request), request.claviger.principal.arn, request.body);
});
app.get('/orders/:orderId', (request) => orders.get(account(request), request.params.orderId));
app.post('/orders/:orderId/cancel', (request) => orders.cancel(account(request), request.params.orderId));
app.setErrorHandler((error, _request, reply) => {
  const known = error instanceof OrderProblem || error.statusCode < 500;
  if (!known) console.error(error);
  const { status = error.statusCode ?? 500, code = 'InternalError' } = error;
  return reply.code(status).send({ Code: code, Message: known ? error.message : 'Something broke.' });
});

console.log(`orders at ${await app.listen({ host: '127.0.0.1', port: Number(ORDERS_PORT) })}`);
process.once('SIGTERM', async () => {
  await app.close();
  await uses.close();
  await source.close();
  orders.close();
});
