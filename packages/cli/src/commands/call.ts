import type { IncomingMessage } from 'node:http';
import { explainSignature } from '@claviger/signature';
import type { Command } from 'commander';
import { ACCESS_KEY_HELP } from '../access-key.ts';
import { denialLines, type ErrorResponse, readErrorResponse } from '../error-response.ts';
import { addConnectionFlags, type ConnectionFlags, sendRequest, warningsOf } from '../http-exchange.ts';
import { withJsonErrors } from '../json-error.ts';
import {
  addRequestFlags,
  type RequestFlags,
  type SignedRequestToSend,
  signFromFlags,
} from '../request-flags.ts';
import { failureLines } from '../signature-explanation.ts';
import { exitWith, print, printStatus, type Terminal, warningStyle } from '../terminal.ts';

interface CallFlags extends RequestFlags, ConnectionFlags {
  readonly include?: boolean;
  readonly json?: boolean;
}

/** Error codes that `explainSignature` can explain. */
const SIGNATURE_ERRORS =
  /^(SignatureDoesNotMatch|IncompleteSignature|InvalidTimeStamp|Content(SHA256|MD5)NotMatched)/;

/** Adds `claviger call`, which signs a request, sends it and prints the response. */
export function addCall(program: Command, terminal: Terminal): void {
  const command = program
    .command('call')
    .summary('sign a request and send it')
    .description(
      'Signs a request, sends it, and prints the response body to standard output and the status to standard error. ' +
        'For a refused request it also prints the missing permission or the failed check. ' +
        'Exits with 0 for a status of 2xx, with 1 for any other status or no response. Redirects are not followed.',
    );
  addConnectionFlags(addRequestFlags(command))
    .option('-i, --include', 'print the status line and headers before the body')
    .option('--json', 'print one JSON object: status, headers, body (parsed if it is JSON)')
    .addHelpText(
      'after',
      `${ACCESS_KEY_HELP}

Examples:
  claviger call GET https://orders.example.com/orders/7
  claviger call POST https://orders.example.com/orders -d '{"sku":"a-1","quantity":2}'
  claviger call POST http://127.0.0.1:8080/ --action GetCallerIdentity --version 2015-04-01
  claviger call GET https://localhost:8443/orders --ca ./data/tls/cert.pem`,
    )
    .action((method: string, url: URL, flags: CallFlags) =>
      withJsonErrors(terminal, flags, async () => {
        const ready = await signFromFlags(terminal, method, url, flags);
        const { response, body } = await sendRequest(ready, flags);
        const status = response.statusCode ?? 0;
        const isSuccess = status >= 200 && status < 300;
        if (flags.json) print(terminal, responseJson(response, body));
        else printResponse(terminal, ready, response, body, flags.include === true);
        if (!isSuccess) throw exitWith(1);
      }),
    );
}

function printResponse(
  terminal: Terminal,
  ready: SignedRequestToSend,
  response: IncomingMessage,
  body: Buffer,
  withHeaders: boolean,
): void {
  const status = `${response.statusCode} ${response.statusMessage ?? ''}`.trimEnd();
  if (withHeaders) {
    print(terminal, `HTTP/${response.httpVersion} ${status}`);
    for (const [name, value] of headersOf(response)) print(terminal, `${name}: ${value}`);
    print(terminal, '');
  }
  terminal.out.write(body);
  const isSuccess = status.startsWith('2');
  // Keeps the shell prompt on its own line.
  if (terminal.out.isTTY && body.length > 0 && body.at(-1) !== 0x0a) terminal.out.write('\n');
  printStatus(terminal, isSuccess ? status : warningStyle(terminal, status));
  for (const warning of warningsOf(response)) printStatus(terminal, `warning: ${warning}`);
  if (isSuccess) return;
  const error = readErrorResponse(body.toString('utf8'));
  if (error !== undefined)
    for (const line of errorResponseLines(ready, response, error)) printStatus(terminal, line);
  const location = response.headers.location;
  if (location !== undefined) printStatus(terminal, `  not followed  ${location}`);
}

function errorResponseLines(
  ready: SignedRequestToSend,
  response: IncomingMessage,
  error: ErrorResponse,
): string[] {
  const { code, message, requestId, denial } = error;
  const isAboutSignature = SIGNATURE_ERRORS.test(code);
  // The text that the server signed is long; the first difference is shown instead.
  const [text = ''] = isAboutSignature ? message.split(/\s*server string to sign is:/) : [message];
  return [
    `${code}: ${text}`,
    ...(denial === undefined ? [] : denialLines(denial)),
    ...(isAboutSignature ? explain(ready, response, message) : []),
    ...(requestId === undefined ? [] : [`  request   ${requestId}`]),
  ];
}

function explain(
  { request, credentials }: SignedRequestToSend,
  response: IncomingMessage,
  message: string,
): string[] {
  const date = Date.parse(response.headers.date ?? '');
  const now = Number.isNaN(date) ? Date.now() : date;
  return failureLines(explainSignature(request, { credentials, now, serverMessage: message }));
}

function responseJson(response: IncomingMessage, body: Buffer): string {
  const text = body.toString('utf8');
  return JSON.stringify({
    status: response.statusCode,
    headers: response.headers,
    body: parsedOrText(text),
  });
}

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return headers;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
