import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { explainSignature, type SignedRequest } from '@claviger/signature';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { WHERE_KEYS_COME_FROM } from '../access-key.ts';
import { connectionFailure } from '../connection-failure.ts';
import { linesOfFailure } from '../explanation-text.ts';
import { readGivenFile } from '../given-file.ts';
import { orJsonError } from '../json-error.ts';
import { linesOfDenial, type RefusedAnswer, readRefusedAnswer } from '../refused-answer.ts';
import { addRequestFlags, type ReadyRequest, type RequestFlags, signRequested } from '../signed-request.ts';
import { ended, print, type Terminal, tell, warning } from '../terminal.ts';

interface CallFlags extends RequestFlags {
  readonly include?: boolean;
  readonly json?: boolean;
  readonly timeout: number;
  readonly ca?: string;
}

/** Refusals that the request's own signature explains. */
const ABOUT_SIGNATURES =
  /^(SignatureDoesNotMatch|IncompleteSignature|InvalidTimeStamp|Content(SHA256|MD5)NotMatched)/;

/** `claviger call`: signs a request, sends it, and says what came of it. */
export function addCall(program: Command, terminal: Terminal): void {
  const command = program
    .command('call')
    .summary('sign a request and send it')
    .description(
      'Signs a request, sends it, prints the body of the answer to standard output and its status to standard error. ' +
        'Of a refusal it says what was missing. Exits with 0 for a status of 2xx, and with 1 for any other, or no answer. Redirects are not followed.',
    );
  addRequestFlags(command)
    .option('-i, --include', 'print status line and headers before the body')
    .option('--json', 'print one JSON object: status, headers, body (parsed when it is JSON)')
    .option('--timeout <seconds>', 'give up after so long', parseSeconds, 30)
    .option('--ca <file>', 'trust the certificates in this PEM file, and no others')
    .addHelpText(
      'after',
      `${WHERE_KEYS_COME_FROM}

Examples:
  claviger call GET https://orders.example.com/orders/7
  claviger call POST https://orders.example.com/orders -d '{"sku":"a-1","quantity":2}'
  claviger call POST http://127.0.0.1:8080/ --action GetCallerIdentity --version 2015-04-01
  claviger call GET https://localhost:8443/orders --ca ./data/tls/cert.pem`,
    )
    .action((method: string, url: URL, flags: CallFlags) =>
      orJsonError(terminal, flags, async () => {
        const ready = await signRequested(terminal, method, url, flags);
        const { answer, body } = await send(ready, flags);
        const status = answer.statusCode ?? 0;
        const isSuccess = status >= 200 && status < 300;
        if (flags.json) print(terminal, jsonOf(answer, body));
        else tellAnswer(terminal, ready, answer, body, flags.include === true);
        if (!isSuccess) throw ended(1);
      }),
    );
}

interface Answer {
  readonly answer: IncomingMessage;
  readonly body: Buffer;
}

async function send({ url, request }: ReadyRequest, { timeout, ca }: CallFlags): Promise<Answer> {
  const signal = AbortSignal.timeout(timeout * 1000);
  const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: request.method,
    // By itself Node writes no `host` where headers come as a list.
    headers: [...request.rawHeaders, ...lengthOf(request), 'connection', 'close'],
    signal,
    ...(ca === undefined ? {} : { ca: certificatesIn(ca) }),
  });
  let answerBegan = false;
  try {
    outgoing.end(request.body);
    const answer = await Promise.race([headOf(outgoing), upgradeOf(outgoing)]);
    answerBegan = true;
    // Behind a change of the protocol there is no body.
    return { answer, body: answer.statusCode === 101 ? Buffer.alloc(0) : await buffer(answer) };
  } catch (error) {
    if (signal.aborted) {
      const text = `no ${answerBegan ? 'whole ' : ''}answer from ${url.origin} within ${timeout} s. --timeout SECONDS waits longer.`;
      throw new CommanderError(1, 'claviger.ETIMEDOUT', text);
    }
    throw connectionFailure(url, error as NodeJS.ErrnoException, answerBegan);
  }
}

async function headOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return answer;
}

/** A server that changes the protocol leaves the connection to us: here it ends. */
function upgradeOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve) => {
    outgoing.once('upgrade', (answer: IncomingMessage, socket: Socket) => {
      socket.destroy();
      resolve(answer);
    });
  });
}

function certificatesIn(file: string): Buffer {
  const certificates = readGivenFile('--ca', file);
  if (certificates.includes('-----BEGIN CERTIFICATE-----')) return certificates;
  throw new CommanderError(2, 'claviger.call', `--ca: ${file} has no certificate in it, in PEM`);
}

/** A method that usually has a body says so when it has none. */
function lengthOf({ method, body }: SignedRequest): string[] {
  const hasLength = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method);
  return hasLength ? ['content-length', String(body.length)] : [];
}

function tellAnswer(
  terminal: Terminal,
  ready: ReadyRequest,
  answer: IncomingMessage,
  body: Buffer,
  withHeaders: boolean,
): void {
  const status = `${answer.statusCode} ${answer.statusMessage ?? ''}`.trimEnd();
  if (withHeaders) {
    print(terminal, `HTTP/${answer.httpVersion} ${status}`);
    for (const [name, value] of headersOf(answer)) print(terminal, `${name}: ${value}`);
    print(terminal, '');
  }
  terminal.out.write(body);
  const isSuccess = status.startsWith('2');
  // A prompt should not stand behind the body.
  if (terminal.out.isTTY && body.length > 0 && body.at(-1) !== 0x0a) terminal.out.write('\n');
  tell(terminal, isSuccess ? status : warning(terminal, status));
  if (isSuccess) return;
  const refusal = readRefusedAnswer(body.toString('utf8'));
  if (refusal !== undefined) for (const line of linesOfRefusal(ready, answer, refusal)) tell(terminal, line);
  const location = answer.headers.location;
  if (location !== undefined) tell(terminal, `  not followed  ${location}`);
}

function linesOfRefusal(ready: ReadyRequest, answer: IncomingMessage, refusal: RefusedAnswer): string[] {
  const { code, message, requestId, denied } = refusal;
  const isAboutSignature = ABOUT_SIGNATURES.test(code);
  // What the server signed is a text of many lines; where it differs says more.
  const [text = ''] = isAboutSignature ? message.split(/\s*server string to sign is:/) : [message];
  return [
    `${code}: ${text}`,
    ...(denied === undefined ? [] : linesOfDenial(denied)),
    ...(isAboutSignature ? explain(ready, answer, message) : []),
    ...(requestId === undefined ? [] : [`  request   ${requestId}`]),
  ];
}

function explain({ request, credentials }: ReadyRequest, answer: IncomingMessage, message: string): string[] {
  const date = Date.parse(answer.headers.date ?? '');
  const now = Number.isNaN(date) ? Date.now() : date;
  return linesOfFailure(explainSignature(request, { credentials, now, serverMessage: message }));
}

function jsonOf(answer: IncomingMessage, body: Buffer): string {
  const text = body.toString('utf8');
  return JSON.stringify({
    status: answer.statusCode,
    headers: answer.headers,
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

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400)) throw new InvalidArgumentError('it must be a number of seconds.');
  return seconds;
}
