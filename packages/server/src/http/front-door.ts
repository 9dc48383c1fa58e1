import type { Route } from './listener.ts';

const text = `Claviger serves the APIs of IMS, RAM and STS at this address.
Sign requests with an AccessKey, or point an official SDK or the aliyun command line here.
The console is not built yet.
`;

/** `GET /` of a browser: what is here. Anything that asks for an operation goes on to the API. */
export const frontDoorRoute: Route = ({ target, rawHeaders }) => {
  const isBrowser = rawHeaders.some(
    (header, at) =>
      at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'accept' && header.includes('text/html'),
  );
  if (target !== '/' || !isBrowser) return undefined;
  return { status: 200, headers: { 'content-type': 'text/plain;charset=utf-8' }, body: text };
};
