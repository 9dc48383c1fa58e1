import { otherPrincipalSignedIn } from '../session/other-principal.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import { displayedPrincipal } from './displayed-principal.ts';
import { type AnswerOf, type OperationOf, type ParametersOf, type Product, VERSIONS } from './operations.ts';

/** CSRF token for the next call, from the last answer that contained one. */
let csrfToken = '';

/**
 * Calls an operation of the API as the signed-in principal.
 *
 * Lists and objects among the parameters are sent as JSON; undefined ones are left out.
 *
 * @throws ApiError when the server refuses the call or does not answer
 */
export async function call<P extends Product, O extends OperationOf<P>>(
  product: P,
  operation: O,
  parameters: ParametersOf<P, O>,
  signal?: AbortSignal,
): Promise<AnswerOf<P, O>> {
  const form = new URLSearchParams({ Action: operation, Version: VERSIONS[product], Format: 'JSON' });
  for (const [name, value] of Object.entries(parameters as Record<string, unknown>)) {
    if (value !== undefined)
      form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  try {
    return (await answerTo(form, signal)) as AnswerOf<P, O>;
  } catch (reason) {
    const isOfAnotherSession = reason instanceof ApiError && reason.code === 'InvalidCsrfToken';
    if (!isOfAnotherSession || displayedPrincipal() === undefined) throw reason;
    // The user signed in again in another tab. GetSession needs no token and returns the current one. It is refused
    // when another user is signed in, so that no call is sent with the token of that user.
    await call('Claviger', 'GetSession', {}, signal);
    return (await answerTo(form, signal)) as AnswerOf<P, O>;
  }
}

async function answerTo(form: URLSearchParams, signal: AbortSignal | undefined): Promise<unknown> {
  const response = await send(form, signal);
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    // The body is not JSON, for example the error page of a proxy: only the status is known.
    throw apiErrorOf(response.status, undefined);
  }
  if (!response.ok) {
    const error = apiErrorOf(response.status, body);
    if (error.code === 'OtherPrincipalSignedIn') otherPrincipalSignedIn();
    throw error;
  }
  const { CsrfToken: fresh } = body as { readonly CsrfToken?: string };
  if (fresh !== undefined) csrfToken = fresh;
  return body;
}

async function send(form: URLSearchParams, signal: AbortSignal | undefined): Promise<Response> {
  const principal = displayedPrincipal();
  try {
    return await fetch('/', {
      method: 'POST',
      body: form,
      headers: {
        'x-claviger-csrf': csrfToken,
        ...(principal !== undefined && { 'x-claviger-principal': principal }),
      },
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError({ code: 'Network', status: 0, message: 'The server did not answer.', cause });
  }
}
