import { $OpenApiUtil } from '@alicloud/openapi-core';
import RpcClient from '@alicloud/pop-core';
import sts from '@alicloud/sts20150401';

/** Returns official clients with the key that a command printed. */
export function officialClients(
  url: string,
  { AccessKeyId, AccessKeySecret }: { readonly AccessKeyId: string; readonly AccessKeySecret: string },
) {
  const key = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret };
  const { host } = new URL(url);
  return {
    sts: new sts.default(new $OpenApiUtil.Config({ ...key, endpoint: host, protocol: 'http' })),
    callRpc(apiVersion: string, action: string, parameters: Readonly<Record<string, unknown>>) {
      const client = new RpcClient({ ...key, endpoint: url, apiVersion });
      return client.request<Record<string, unknown>>(action, parameters, { method: 'POST' });
    },
  };
}
