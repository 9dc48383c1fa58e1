// Calls operations with the new generation of Alibaba Cloud's Node clients.
import ims, * as imsModels from '@alicloud/ims20190815';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import ram, * as ramModels from '@alicloud/ram20150501';
import sts, * as stsModels from '@alicloud/sts20150401';
import type { Call, CallAnswer } from '../call.ts';
import { failed, serve } from './calls.ts';

type Model = object;
type Method = (request?: Model) => Promise<{ readonly body: Model }>;

interface ModelClass {
  new (fields: object): Model;
  names(): Readonly<Record<string, string>>;
  types(): Readonly<Record<string, unknown>>;
}

interface ClientPackage {
  readonly Client: new (config: unknown) => object;
  readonly models: Readonly<Record<string, unknown>>;
}

const PACKAGES: Readonly<Record<string, ClientPackage>> = {
  Ims: { Client: ims.default, models: imsModels },
  Ram: { Client: ram.default, models: ramModels },
  Sts: { Client: sts.default, models: stsModels },
} as unknown as Readonly<Record<string, ClientPackage>>;

async function callOnce(call: Call): Promise<CallAnswer> {
  const { product, action, structured, key, endpoint, protocol } = call;
  const from = PACKAGES[product];
  if (from === undefined) return { absent: 'operation' };
  const { securityToken, ...pair } = key;
  const client = new from.Client(
    new $OpenApiUtil.Config({
      ...pair,
      ...(securityToken && { securityToken }),
      endpoint,
      protocol,
      ...(call.trust === 'client' && { ca: call.certificateText }),
    }),
  );
  const method = methodOf(client, action);
  if (method === undefined) return { absent: 'operation' };
  const Request = modelOf(from, `${action}Request`);
  const absent = Object.keys(structured).filter(
    (name) => !Object.values(Request?.names() ?? {}).includes(name),
  );
  if (absent.length > 0) return { absent: absent.join(', ') };
  try {
    const response = Request === undefined ? await method() : await method(fill(Request, structured));
    return { body: wireOf(response.body) as Readonly<Record<string, unknown>> };
  } catch (error) {
    return failed(error);
  }
}

/** Names of methods differ from the operation's in letter case: `getOIDCProvider`. */
function methodOf(client: object, action: string): Method | undefined {
  for (let at = Object.getPrototypeOf(client); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const name = Object.getOwnPropertyNames(at).find((one) => one.toLowerCase() === action.toLowerCase());
    if (name !== undefined) return (client as Readonly<Record<string, Method>>)[name]?.bind(client);
  }
  return undefined;
}

function modelOf({ models }: ClientPackage, name: string): ModelClass | undefined {
  const inner = (models['default'] ?? {}) as Readonly<Record<string, unknown>>;
  return (models[name] ?? inner[name]) as ModelClass | undefined;
}

/** Builds a request from wire names. */
function fill(Type: ModelClass, values: Readonly<Record<string, unknown>>): Model {
  const types = Type.types();
  const fields = Object.entries(Type.names()).flatMap(([field, wire]) =>
    values[wire] === undefined ? [] : [[field, filled(types[field], values[wire])] as const],
  );
  return new Type(Object.fromEntries(fields));
}

function filled(type: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { itemType } = type as { readonly itemType: unknown };
    return value.map((item) => filled(itemType, item));
  }
  if (typeof type === 'function') return fill(type as ModelClass, value as Record<string, unknown>);
  if (type === 'boolean') return value === 'true';
  return type === 'number' ? Number(value) : value;
}

/** Reads a typed answer back under its wire names. */
function wireOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireOf);
  if (value === null || typeof value !== 'object') return value;
  const { names } = value.constructor as unknown as Partial<ModelClass>;
  if (names === undefined) return value;
  return Object.fromEntries(
    Object.entries(names()).map(([field, wire]) => [wire, wireOf((value as Record<string, unknown>)[field])]),
  );
}

await serve(callOnce);
