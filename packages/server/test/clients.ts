import ims from '@alicloud/ims20190815';
import openApi from '@alicloud/openapi-client';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import RpcClient from '@alicloud/pop-core';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';

/** Key pair, as the official clients take it. */
export interface ClientKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** Official clients, unmodified, for one server and one key. */
export class Clients {
  readonly ims: InstanceType<typeof ims.default>;
  readonly ram: InstanceType<typeof ram.default>;
  readonly sts: InstanceType<typeof sts.default>;
  readonly #url: string;
  readonly #key: ClientKey;

  /** @param url `http://127.0.0.1:port` */
  constructor(url: string, key: ClientKey) {
    this.#url = url;
    this.#key = key;
    this.ims = new ims.default(this.#config());
    this.ram = new ram.default(this.#config());
    this.sts = new sts.default(this.#config());
  }

  /** Calls an operation that no client has, signed as by the generic client (ACS3). */
  async call(
    version: string,
    action: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> {
    const { protocol, host } = new URL(this.#url);
    const client = new openApi.default(
      new openApi.Config({ ...this.#key, endpoint: host, protocol: protocol.slice(0, -1) }),
    );
    const answer = await client.callApi(
      new openApi.Params({
        action,
        version,
        protocol: protocol.slice(0, -1),
        pathname: '/',
        method: 'POST',
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
      }),
      new openApi.OpenApiRequest({ query }),
      {} as Parameters<typeof client.callApi>[2],
    );
    return answer['body'] as Record<string, unknown>;
  }

  /** Calls like the older clients, the command line and Terraform: RPC 1.0, HMAC-SHA1. */
  async callRpc(
    version: string,
    action: string,
    parameters: Readonly<Record<string, unknown>> = {},
    method: 'GET' | 'POST' = 'POST',
  ): Promise<Record<string, unknown>> {
    const client = new RpcClient({
      ...withoutUndefined(this.#key),
      endpoint: this.#url,
      apiVersion: version,
    });
    return client.request(action, parameters, { method });
  }

  #config(): InstanceType<typeof $OpenApiUtil.Config> {
    const { protocol, host } = new URL(this.#url);
    return new $OpenApiUtil.Config({
      ...withoutUndefined(this.#key),
      endpoint: host,
      protocol: protocol.slice(0, -1),
    });
  }
}

function withoutUndefined(key: ClientKey): {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
} {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  return securityToken === undefined
    ? { accessKeyId, accessKeySecret }
    : { accessKeyId, accessKeySecret, securityToken };
}
