import { otherPrincipalSignedIn } from '../session/other-principal.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import { type AnswerOf, type OperationOf, type ParametersOf, type Product, versions } from './operations.ts';
import { shownPrincipal } from './shown-principal.ts';

/** The token that every call has to carry: of the last answer that had one. */
let csrfToken = '';

/**
 * Calls an operation of the API as whoever is signed in.
 *
 * Lists and objects among the parameters are sent as JSON; undefined ones are left out.
 *
 * @throws ApiError when the server refuses, or does not answer
 */
export async function call<P extends Product, O extends OperationOf<P>>(
  product: P,
  operation: O,
  parameters: ParametersOf<P, O>,
  signal?: AbortSignal,
): Promise<AnswerOf<P, O>> {
  const form = new URLSearchParams({ Action: operation, Version: versions[product], Format: 'JSON' });
  for (const [name, value] of Object.entries(parameters as Record<string, unknown>)) {
    if (value !== undefined)
      form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  try {
    return (await answerTo(form, signal)) as AnswerOf<P, O>;
  } catch (reason) {
    const isOfAnotherSession = reason instanceof ApiError && reason.code === 'InvalidCsrfToken';
    if (!isOfAnotherSession || shownPrincipal() === undefined) throw reason;
    // The same user has signed in anew in another tab: the one call that needs no token tells the present one. It is
    // refused when it is another user by now, and then nothing is sent with that user's token.
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
    // A proxy's page, say: the status has to do.
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
  const principal = shownPrincipal();
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
