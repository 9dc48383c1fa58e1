import type { Guard } from '@claviger/guard/internal';
import { VERSION } from '../api/claviger/version.ts';
import { SAML_NAMESPACES } from '../federation/saml-namespaces.ts';
import { consoleServiceProvider } from '../federation/service-provider.ts';
import type { ApiAnswer } from '../pipeline/request-pipeline.ts';
import { consoleSite } from '../session/console-site.ts';
import { headerOf } from '../wire/request-format.ts';
import type { HttpAnswer, ReceivedRequest, Route } from './listener.ts';
import { CONTINUED_FIELD, continuePage } from './saml-continue-page.ts';

/** Dependencies of the SAML routes. */
export interface SamlRoutesOptions {
  readonly guard: Guard;
  readonly publicUrl: URL | undefined;
  readonly api: (request: ReceivedRequest) => Promise<ApiAnswer>;
}

const SIGN_IN_PATH = /^\/saml\/sign-in\/(\d{16})$/;
const METADATA_PATH = /^\/saml\/metadata\/(\d{16})$/;

/** Headers with the client, its network and its session; the rest of the request is not needed. */
const FORWARDED_HEADERS: ReadonlySet<string> = new Set([
  'cookie',
  'forwarded',
  'host',
  'origin',
  'sec-fetch-site',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-proto',
]);

/**
 * Receives a browser that an identity provider sends with its response (HTTP-POST binding). The provider's page is
 * another site, so the browser sends no `SameSite` cookie with it: a page of ours sends the response once more, with
 * the cookie that binds it to the request of this browser. That second request is dispatched as `SignInWithSaml`, and
 * the browser redirected to the console.
 * @returns `undefined` for any other request
 */
export function receiveSamlResponse(
  request: ReceivedRequest,
  { api }: SamlRoutesOptions,
): Promise<HttpAnswer> | HttpAnswer | undefined {
  const accountId = request.method === 'POST' ? SIGN_IN_PATH.exec(request.target)?.[1] : undefined;
  if (accountId === undefined) return undefined;
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  const response = form.get('SAMLResponse') ?? '';
  if (!form.has(CONTINUED_FIELD)) return continuePage(response, headerOf(request, 'accept-language') ?? '');
  const call = new URLSearchParams({
    Action: 'SignInWithSaml',
    Version: VERSION,
    Format: 'JSON',
    AccountId: accountId,
    SAMLResponse: response,
  });
  const rawHeaders = request.rawHeaders.filter((_, at) =>
    FORWARDED_HEADERS.has((request.rawHeaders[at - (at % 2)] ?? '').toLowerCase()),
  );
  return redirectToConsole(
    api({
      ...request,
      target: '/',
      rawHeaders: [...rawHeaders, 'content-type', 'application/x-www-form-urlencoded'],
      body: Buffer.from(call.toString()),
    }),
  );
}

async function redirectToConsole(answered: Promise<ApiAnswer>): Promise<HttpAnswer> {
  const { status, headers, body } = await answered;
  const { 'content-type': _, ...more } = headers;
  const code = status === 200 ? undefined : codeOf(body);
  const location = code === undefined ? '/' : `/sign-in?error=${encodeURIComponent(code)}`;
  return { status: 303, headers: { ...more, location }, body: '' };
}

function codeOf(body: ApiAnswer['body']): string {
  if (typeof body !== 'string') return 'InternalError';
  return String((JSON.parse(body) as { readonly Code?: unknown }).Code ?? 'InternalError');
}

/**
 * `GET /saml/metadata/{account}`: metadata of the console as a service provider. It contains no data of the account.
 */
export function samlMetadataRoute({ guard, publicUrl }: SamlRoutesOptions): Route {
  return (request) => {
    const accountId = METADATA_PATH.exec(request.target)?.[1];
    if (accountId === undefined) return undefined;
    const { origin } = consoleSite(request, publicUrl, guard.isSecure(request));
    const { entityId, address } = consoleServiceProvider(origin, accountId);
    return {
      status: 200,
      headers: {
        'content-type': 'application/samlmetadata+xml;charset=utf-8',
        'x-content-type-options': 'nosniff',
      },
      body: [
        `<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor xmlns:md="${SAML_NAMESPACES.metadata}" entityID="${entityId}">`,
        `<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${SAML_NAMESPACES.protocol}">`,
        '<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>',
        `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${address}" index="0" isDefault="true"/>`,
        '</md:SPSSODescriptor></md:EntityDescriptor>\n',
      ].join(''),
    };
  };
}
