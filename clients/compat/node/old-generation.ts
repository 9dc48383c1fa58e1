// Calls operations with pop-core, the old generation of Alibaba Cloud's Node clients: one untyped client for all.
import RpcClient from '@alicloud/pop-core';
import type { Call, CallAnswer } from '../call.ts';
import { failed, serve } from './calls.ts';

async function callOnce(call: Call): Promise<CallAnswer> {
  const { action, version, parameters, key, endpoint, protocol } = call;
  const { securityToken, ...pair } = key;
  const client = new RpcClient({
    ...pair,
    ...(securityToken && { securityToken }),
    endpoint: `${protocol}://${endpoint}`,
    apiVersion: version,
  });
  try {
    return { body: await client.request(action, parameters, { method: 'POST' }) };
  } catch (error) {
    return failed(error);
  }
}

await serve(callOnce);
