import { randomUUID } from 'node:crypto';
import type { SignedRequest, SignOptions } from '@claviger/signature';
import { clerk, mallory } from './judge.ts';
import { type Call, type Key, noon, sign } from './orders.ts';
import type { Random } from './random.ts';

const schemes: readonly Partial<SignOptions>[] = [
  { scheme: 'ACS3-HMAC-SHA256' },
  { scheme: 'ACS3-HMAC-SM3' },
  { scheme: 'ACS4-HMAC-SHA256', product: 'orders' },
  { scheme: 'ROA-HMAC-SHA1' },
  { scheme: 'RPC-HMAC-SHA1' },
];

const json: [string, string] = ['content-type', 'application/json'];
const form: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
const tenant: [string, string] = ['x-acs-tenant', 'a'];

/** Honest calls, one for each kind of route. */
const calls: readonly Call[] = [
  { target: '/orders/17?channel=web&size=2', headers: [tenant] },
  { target: '/orders/17/items/4?note=a%20b' },
  { target: '/orders/a%3Ab%20c' },
  { target: '/orders?size=2&page=%E8%AE%A2' },
  { target: '/orders/export' },
  { target: '/files/public/a/b.txt' },
  { method: 'POST', target: '/orders?dry=1', headers: [json], body: '{"item":"tea","count":3}' },
  { method: 'POST', target: '/orders', headers: [form], body: 'item=tea&count=3' },
  { method: 'PUT', target: '/orders/17', headers: [json, tenant], body: '{"count":4}' },
  { method: 'PUT', target: '/files/public/a', headers: [['content-type', 'text/plain']], body: 'some text' },
  { method: 'DELETE', target: '/orders/17' },
];

/** An honest request. */
export function honestRequest(random: Random): SignedRequest {
  return signAs(clerk, random.pick(calls), random);
}

function signAs(key: Key, call: Call, random: Random): SignedRequest {
  // RPC 1.0 signs neither headers nor any body but a form.
  const isForm = call.headers?.includes(form) === true;
  const byRpc = !call.headers?.includes(tenant) && (isForm || !call.body);
  const scheme = random.pick(byRpc ? schemes : schemes.slice(0, -1));
  return sign(key, call, { ...scheme, now: noon, nonce: randomUUID() } as Partial<SignOptions>);
}

const pieces = [
  'orders',
  'files',
  'Orders',
  'public',
  'hidden',
  'hidden.txt',
  '17',
  '1',
  '23',
  'export',
  'items',
  '4',
  'a',
  '..',
  '.',
  '...',
  '%2e%2e',
  '.%2e',
  '%2E',
  '%252e%252e',
  '..;',
  '..%2f',
  '..%5c',
  '..\\',
  '%2f',
  '%2F23',
  '17%2f',
  '%5c',
  '%00',
  '17%00',
  '%0a',
  ';',
  '17;x',
  '%3b',
  '%23',
  '#',
  '*',
  '%2a',
  '%2A',
  '?',
  '%3f',
  ':',
  '%3A',
  '1:2',
  '%',
  '%2',
  '%zz',
  '%25',
  '%2525',
  '%41',
  '%31%37',
  '%c0%af',
  '%ff',
  '%E8%AE%A2',
  '%e8%ae%a2',
  '+',
  '%2B',
  '%20',
  '~',
  '%7E',
  '%7e',
  '@',
  '%40',
  '{',
  '}',
  '|',
  '"',
  '<',
  '',
  '',
];
const names = [
  'channel',
  'Channel',
  'channel[]',
  'channel[0]',
  'channel.x',
  'ch%61nnel',
  '%63hannel',
  'channel%20',
  '+channel',
  'size',
  'a;channel',
  'channel%5B%5D',
  '[channel]',
  '?channel',
  '!channel',
  'channel%00x',
  'X-HTTP-Method-Override',
  '_method',
  'Action',
];
const values = [
  'web',
  'internal',
  '%69nternal',
  'web;channel=internal',
  'web%26channel=internal',
  '',
  'web%00',
  'DELETE',
];
const added: readonly (readonly [string, string])[] = [
  ['x-http-method-override', 'DELETE'],
  ['X_HTTP_Method_Override', 'PUT'],
  ['x_acs_tenant', 'b'],
  ['X-Acs-Tenant', 'b'],
  ['x-original-url', '/orders/23'],
  ['transfer-encoding', 'chunked'],
  ['content-length', '5'],
  ['content_length', '5'],
  ['connection', 'x-acs-tenant'],
  ['connection', 'close'],
  ['host', 'b.example.com'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', 'application/x-www-form-urlencoded, a'],
  ['content-type', 'multipart/form-data'],
  ['x-note', 'a'],
];

/** A request that Mallory signs with a key of hers, shaped to mean one thing to the guard and another behind it. */
export function slyRequest(random: Random): SignedRequest {
  const length = random.below(5);
  const starts = ['/orders', '/files', '/files/public', '/orders/17', ''];
  let path = random.pick(starts);
  for (let at = 0; at < length; at++)
    path += `/${random.pick(pieces)}${random.below(6) === 0 ? random.pick(pieces) : ''}`;
  const query: string[] = [];
  while (random.below(2) === 0) query.push(`${random.pick(names)}=${random.pick(values)}`);
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
  const method = random.pick(['GET', 'GET', 'GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'get']);
  const headers: [string, string][] = [];
  while (random.below(3) === 0) headers.push([...random.pick(added)]);
  const body =
    random.below(5) === 0
      ? random.pick(['x', 'channel=internal', '[channel]=internal', '_method=DELETE', '{"a":1}'])
      : '';
  const call: Call = { method, target, headers, body };
  try {
    return signAs(mallory, call, random);
  } catch {
    // The library signs nothing that could not be verified; here it is sent all the same.
    const signed = signAs(mallory, { target: '/orders/17' }, random);
    return {
      ...signed,
      method,
      target,
      rawHeaders: [...signed.rawHeaders, ...headers.flat()],
      body: Buffer.from(body),
    };
  }
}
