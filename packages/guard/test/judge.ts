import { posix } from 'node:path';
import type { SignedRequest } from '@claviger/signature';
import { createGuard, type Decision, parseServiceMap, type ServiceGuard } from '../src/index.ts';
import { needsWholeBody } from '../src/internal.ts';
import { BodyCheck } from '../src/verifying-body.ts';
import { accountId, arriving, Keys, noon, ordersMap } from './orders.ts';

/** The keys of the requests that are changed, and what they may. */
export const keys = new Keys();
export const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
/** May do something, and must never get to do anything else. */
export const mallory = keys.addUser('mallory', [
  { Effect: 'Allow', Action: 'orders:Get*', Resource: `acs:orders:*:${accountId}:order/1*` },
  { Effect: 'Allow', Action: 'orders:GetFile', Resource: `acs:orders:*:${accountId}:file/public/*` },
  { Effect: 'Deny', Action: '*', Resource: `acs:orders:*:${accountId}:file/public/hidden*` },
  {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { StringEquals: { 'orders:Channel': 'internal' } },
  },
]);

const guard: ServiceGuard = createGuard({
  source: keys,
  service: parseServiceMap(ordersMap),
  now: () => noon,
  // Every request counts as the first: a replay is no forgery, and would hide one.
  nonces: { use: () => 'first' },
  onError: (error) => {
    throw error;
  },
});

/** Decides about a request whole and by its head, and compares the two. @throws what the guard throws */
export function decide(request: SignedRequest): Decision {
  const whole = guard.check(arriving(request)) as Decision;
  const { body, ...head } = arriving(request);
  const byHead = guard.checkHead(head);
  if (byHead instanceof Promise) throw new TypeError('a decision took its time');
  if (byHead.allowed) {
    const check = new BodyCheck(byHead.contentHash, guard.bodyLimit);
    const isSame = (check.add(body) ?? check.end()) === undefined;
    // What a form says is only seen with the body: there the whole request may be refused for more.
    if (
      isSame &&
      !needsWholeBody(head.rawHeaders) &&
      !(whole.allowed && whole.resource === byHead.resource && whole.action === byHead.action)
    ) {
      throw new TypeError(`by its head allowed, whole not: ${JSON.stringify([byHead, whole])}`);
    }
  }
  if (!whole.allowed) {
    const answered = JSON.parse(whole.errorBody) as Record<string, unknown>;
    if (answered['Code'] !== whole.code || whole.httpStatus < 400) throw new TypeError(whole.errorBody);
  }
  return whole;
}

/** What a request makes a service do, as services of different kinds read it. */
export interface Effect {
  readonly method: string;
  readonly action: string;
  readonly resource: string;
  readonly channel: string;
  readonly tenant: string;
  readonly body: string;
}

/**
 * Reads an allowed request as services do, in ways that differ in what they normalise and decode. If the guard is
 * right, they all find the same.
 *
 * @returns what each of them finds; equal ones once
 */
export function effectsOf(request: SignedRequest): readonly Effect[] {
  let effects = known.get(request);
  if (effects === undefined) {
    effects = readEffects(request);
    known.set(request, effects);
  }
  return effects;
}

const known = new WeakMap<SignedRequest, readonly Effect[]>();

function readEffects(request: SignedRequest): Effect[] {
  const mark = request.target.indexOf('?');
  const raw = mark < 0 ? request.target : request.target.slice(0, mark);
  const query = mark < 0 ? '' : request.target.slice(mark + 1);
  const paths = [
    // A server that decodes each segment.
    raw.split('/').map(decodeURIComponent).join('\0'),
    // One that resolves the path as browsers do before it cuts it.
    new URL(raw, 'http://a').pathname.split('/').map(decodeURIComponent).join('\0'),
    // One that decodes first and resolves then.
    posix.normalize(decodeURIComponent(raw)).replaceAll('/', '\0'),
    // One that decodes twice.
    raw
      .split('/')
      .map((each) => decodeURIComponent(decodeURIComponent(each)))
      .join('\0'),
    // One that takes a backslash for a slash, and parameters of segments away.
    decodeURIComponent(raw)
      .replaceAll('\\', '/')
      .split('/')
      .map((each) => each.split(';')[0])
      .join('\0'),
  ];
  const form = hasForm(request) ? Buffer.from(request.body).toString() : '';
  const queries = [query, query.replaceAll(';', '&'), `${query}&${form}`, `${form}&${query}`];
  const tenants = [false, true].map((underscored) => headerOf(request, 'x-acs-tenant', underscored));
  const override = headerOf(request, 'x-http-method-override', true) || request.method;
  const methods = [override, ...methodsIn(query), ...methodsIn(form)];
  const effects = new Map<string, Effect>();
  for (const path of new Set(paths)) {
    for (const each of new Set(queries)) {
      for (const tenant of new Set(tenants)) {
        for (const method of new Set(methods)) {
          for (const pick of [first, last]) {
            const route = routed(method, path.split('\0').slice(1));
            // Of the other routes nothing depends on them.
            const isConditional = route.action === 'orders:GetOrder';
            const effect: Effect = {
              method,
              ...route,
              channel: (isConditional && pick(channelsIn(each))) || '',
              tenant: isConditional ? tenant : '',
              body: Buffer.from(request.body).toString('base64'),
            };
            effects.set(JSON.stringify(effect), effect);
          }
        }
      }
    }
  }
  return [...effects.values()];
}

/** The route of a path whose segments are decoded, read with none of the guard's code. */
function routed(method: string, segments: readonly string[]): { action: string; resource: string } {
  const [type = '', ...ids] = segments;
  const name = ids.map((id) =>
    id.replaceAll(/[%*?/:]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  );
  const to = (action: string, relativeId: string) => ({
    action: `orders:${action}`,
    resource: `acs:orders:cn-hangzhou:${accountId}:${relativeId}`,
  });
  if (type === 'files' && ids.length > 0) {
    if (method === 'GET') return to('GetFile', `file/${name.join('/')}`);
    if (method === 'PUT') return to('PutFile', `file/${name.join('/')}`);
  }
  if (type === 'orders') {
    if (ids.length === 0 && method === 'GET') return to('ListOrders', 'order/*');
    if (ids.length === 0 && method === 'POST') return to('CreateOrder', 'order/*');
    if (ids.length === 1 && ids[0] === 'export' && method === 'GET') return to('ExportOrders', 'export');
    if (ids.length === 1 && method === 'GET') return to('GetOrder', `order/${name[0]}`);
    if (ids.length === 1 && method === 'PUT') return to('UpdateOrder', `order/${name[0]}`);
    if (ids.length === 1 && method === 'DELETE') return to('DeleteOrder', `order/${name[0]}`);
    if (ids.length === 3 && ids[1] === 'items' && method === 'GET') {
      return to('GetItem', `order/${name[0]}/item/${name[2]}`);
    }
  }
  return to('none', segments.join('/'));
}

/** What frameworks take for the method, in query or form. */
function methodsIn(query: string): string[] {
  return [...new URLSearchParams(query)]
    .filter(
      ([name, value]) =>
        /^[\s?[\]]*(?:_method|x-http-method-override)(?:$|[\s\0[\]])/i.test(name) && value.trim() !== '',
    )
    .map(([, value]) => value.trim().toUpperCase());
}

function channelsIn(query: string): string[] {
  return [...new URLSearchParams(query)]
    .filter(([name]) => /^[\s?!_.[\]]*channel(?:$|[\s\0[\].])/i.test(name))
    .map(([, value]) => value);
}

function first(values: readonly string[]): string | undefined {
  return values[0];
}

function last(values: readonly string[]): string | undefined {
  return values.at(-1);
}

function hasForm(request: SignedRequest): boolean {
  return headerOf(request, 'content-type', true).toLowerCase().includes('x-www-form-urlencoded');
}

/** All values of a header, joined; with those under a name with underscores, as some servers have it. */
function headerOf({ rawHeaders }: SignedRequest, name: string, underscored: boolean): string {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const lower = rawHeaders[at]!.toLowerCase();
    if ((underscored ? lower.replaceAll('_', '-') : lower) === name) values.push(rawHeaders[at + 1]!.trim());
  }
  return values.join();
}

/** What became of a request. */
export type Verdict =
  | 'refused'
  /** Allowed, and what every service makes of it is what was decided on. */
  | 'allowed'
  /** Allowed, and something else than was decided on, or than was signed, would be done. */
  | 'false acceptance';

/**
 * Judges a request that may have been changed after it was signed.
 *
 * @param originals what was signed
 * @throws what the guard throws: it must not
 */
export function judge(originals: readonly SignedRequest[], request: SignedRequest): Verdict {
  const decision = decide(request);
  if (!decision.allowed) return 'refused';
  const effects = effectsOf(request);
  const [effect] = effects;
  const isOne =
    effects.length === 1 && effect!.action === decision.action && effect!.resource === decision.resource;
  const isSigned = originals.some(
    (original) => JSON.stringify(effectsOf(original)) === JSON.stringify(effects),
  );
  const isForbidden = decision.accessKeyId === mallory.accessKeyId && effect?.channel === 'internal';
  return isOne && isSigned && !isForbidden ? 'allowed' : 'false acceptance';
}
