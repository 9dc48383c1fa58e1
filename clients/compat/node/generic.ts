// Calls operations with the generic Node client of the new generation, which has no types of its own.
import openApi from '@alicloud/openapi-client';
import type { Call, CallAnswer } from '../call.ts';
import { failed, serve } from './calls.ts';

async function callOnce(call: Call): Promise<CallAnswer> {
  const { action, version, parameters, key, endpoint, protocol } = call;
  const { securityToken, ...pair } = key;
  const client = new openApi.default(
    new openApi.Config({
      ...pair,
      ...(securityToken && { securityToken }),
      endpoint,
      protocol,
      ...(call.trust === 'client' && { ca: call.certificateText }),
    }),
  );
  const params = new openApi.Params({
    action,
    version,
    protocol,
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  try {
    const request = new openApi.OpenApiRequest({ query: parameters });
    const answer = await client.callApi(params, request, {} as Parameters<typeof client.callApi>[2]);
    return { body: answer['body'] as Readonly<Record<string, unknown>> };
  } catch (error) {
    return failed(error);
  }
}

await serve(callOnce);
