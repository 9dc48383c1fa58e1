// The service as it stands behind the gateway, or behind nginx that asks forward-auth. It takes requests only with
// an identity token that the guard has signed for this very request: method, address and body must be those that
// were checked. With nginx the body was not verified before.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { OrderProblem, Orders } from './orders.mjs';

const { ORDERS_PORT = '3000', ORDERS_DATABASE = 'orders.db', ORDERS_JWKS } = process.env;
if (ORDERS_JWKS === undefined) throw new Error('set ORDERS_JWKS to where the guard shows its public keys');

const orders = new Orders(ORDERS_DATABASE);
const guardKeys = createRemoteJWKSet(new URL(ORDERS_JWKS));

const server = createServer(async (request, response) => {
  try {
    const body = await buffer(request);
    const { account_id: account, sub: principal } = await identityOf(request, body);
    const [status, answer] = route(request, account, principal, body);
    reply(response, status, answer);
  } catch (error) {
    if (!(error instanceof OrderProblem)) console.error(error);
    const problem =
      error instanceof OrderProblem ? error : new OrderProblem(500, 'InternalError', 'Something broke.');
    reply(response, problem.status, { Code: problem.code, Message: problem.message });
  }
});
server.listen(Number(ORDERS_PORT), '127.0.0.1', () => {
  console.log(`orders at http://127.0.0.1:${server.address().port}`);
});
process.once('SIGTERM', () => server.close(() => orders.close()));

async function identityOf(request, body) {
  const token = request.headers['x-claviger-identity'];
  const claims = await jwtVerify(token ?? '', guardKeys, { audience: 'orders', algorithms: ['ES256'] }).then(
    ({ payload }) => payload,
    () => undefined,
  );
  if (claims === undefined) {
    throw new OrderProblem(401, 'NotThroughTheGuard', 'This request did not come through the guard.');
  }
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (claims.method !== request.method || claims.target !== request.url || claims.content_hash !== digest) {
    throw new OrderProblem(403, 'NotWhatWasSigned', 'This is not the request that was signed.');
  }
  return claims;
}

function route({ method, url }, account, principal, body) {
  const { pathname, searchParams } = new URL(url, 'http://orders');
  const [, orders_, orderId, verb, ...more] = pathname.split('/');
  switch (
    orders_ === 'orders' &&
    more.length === 0 &&
    `${method} ${orderId ? '/id' : '/'}${verb ? `/${verb}` : ''}`
  ) {
    case 'GET /':
      return [200, { orders: orders.list(account, searchParams.get('status') ?? undefined) }];
    case 'POST /':
      return [201, orders.place(account, principal, parsed(body))];
    case 'GET /id':
      return [200, orders.get(account, decodeURIComponent(orderId))];
    case 'POST /id/cancel':
      return [200, orders.cancel(account, decodeURIComponent(orderId))];
    default:
      throw new OrderProblem(404, 'InvalidAction.NotFound', 'There is no such operation.');
  }
}

function parsed(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new OrderProblem(400, 'InvalidParameter.Body', 'The body must be JSON.');
  }
}

function reply(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8' });
  response.end(JSON.stringify(answer));
}
