import { type Explanation, explainSignature, readServerMessage } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { ACCESS_KEY_HELP, addProfileFlag, findAccessKey } from '../access-key.ts';
import { type CapturedRequest, InvalidCapture } from '../capture/captured-request.ts';
import { readCurlCommand } from '../capture/curl-command.ts';
import { readHarEntry } from '../capture/har-entry.ts';
import { readHttpText } from '../capture/http-text.ts';
import { readInputFile, readStandardInput } from '../input-file.ts';
import { InvalidValue } from '../invalid-value.ts';
import { withJsonErrors } from '../json-error.ts';
import { explanationLines } from '../signature-explanation.ts';
import { exitWith, inputOf, print, printStatus, type Terminal } from '../terminal.ts';

interface VerifyFlags {
  readonly curl?: boolean;
  readonly har?: boolean;
  readonly entry?: number;
  readonly sentTo?: string;
  readonly serverSays?: string;
  readonly at?: number;
  readonly canonical?: boolean;
  readonly json?: boolean;
  readonly profile?: string;
}

/** Adds `claviger verify`, which explains step by step why a captured request is refused. */
export function addVerify(program: Command, terminal: Terminal): void {
  const command = program
    .command('verify')
    .summary('explain why a captured request is refused')
    .description(
      'Reads a captured request and checks it as a server does: form, scheme, signed headers, key, time, body, ' +
        'signature. For an invalid signature it tries known mistakes of clients and names the one that matches. ' +
        'Exits with 0 if a server with this secret would accept the request and none has refused it, otherwise with 1.',
    )
    .argument('[file]', 'the raw HTTP request, or the output of `curl -v`; standard input when absent')
    .option('--curl', 'the file contains a curl command')
    .option('--har', 'the file contains an HTTP archive or one entry of it; the response is read, too')
    .option('--entry <number>', 'entry of the archive, from 1 (default: the last signed one)', parseNumber)
    .option(
      '--sent-to <address>',
      'address that the client called, if captured behind a proxy: https://orders.example.com',
      parseAddress,
    )
    .option('--server-says <text>', 'response or message of the server, or @FILE: compared byte by byte')
    .option('--at <time>', 'time of the check, such as 2026-11-24T08:00:00Z (default: now)', parseTime)
    .option(
      '--canonical',
      'print the canonical request and the string to sign (they contain the security token)',
    )
    .option('--json', 'print one JSON object');
  addProfileFlag(command)
    .addHelpText(
      'after',
      `${ACCESS_KEY_HELP}
Without a key everything except the signature is checked.

Examples:
  claviger verify request.txt --server-says @answer.json
  claviger verify behind-proxy.txt --sent-to https://orders.example.com
  claviger verify --curl < command.sh
  claviger verify --har session.har --entry 12 --profile staging
  curl -v -H @headers.txt https://orders.example.com/orders 2>&1 | claviger verify`,
    )
    .action((file: string | undefined, flags: VerifyFlags) =>
      withJsonErrors(terminal, flags, async () => {
        const captured = readCapture(await readInput(terminal, file), flags);
        const credentials = findAccessKey(terminal, flags.profile);
        const serverMessage =
          flags.serverSays === undefined ? captured.serverMessage : textOf(flags.serverSays);
        if (flags.serverSays !== undefined && !hasSignatureDetails(serverMessage)) {
          throw usageError(
            '--server-says: invalid message: expected the text that the server signed, or its time',
          );
        }
        const sentTo = flags.sentTo ?? captured.sentTo;
        const explanation = explainSignature(captured.request, {
          now: flags.at ?? captured.answeredAt ?? Date.now(),
          ...(credentials === undefined ? {} : { credentials }),
          ...(sentTo === undefined ? {} : { sentTo }),
          ...(serverMessage === undefined ? {} : { serverMessage }),
        });
        if (flags.json) print(terminal, JSON.stringify({ ...explanation, notes: captured.notes }));
        else printExplanation(terminal, captured, explanation, serverMessage, flags.canonical === true);
        if (!explanation.holds || serverRejectedSignature(serverMessage)) throw exitWith(1);
      }),
    );
}

function printExplanation(
  terminal: Terminal,
  { notes }: CapturedRequest,
  explanation: Explanation,
  serverMessage: string | undefined,
  showCanonical: boolean,
): void {
  for (const note of notes) print(terminal, `note   ${note}`);
  for (const line of explanationLines(terminal, explanation)) print(terminal, line);
  if (showCanonical) {
    const { canonicalRequest, stringToSign } = explanation;
    if (canonicalRequest !== undefined) print(terminal, `\nThe canonical request:\n${canonicalRequest}`);
    if (stringToSign !== undefined) print(terminal, `\nThe string to sign:\n${stringToSign}`);
  }
  print(terminal, `\n${conclusion(explanation, serverMessage)}`);
}

function conclusion({ holds, steps, difference }: Explanation, serverMessage: string | undefined): string {
  if (holds && difference !== undefined) {
    return 'The signature is valid, but the server verified a different request. Check the proxies in between.';
  }
  if (holds && serverRejectedSignature(serverMessage))
    return 'The signature is valid, but the server has a different secret for this key.';
  if (holds) return 'A server with this secret accepts the request, unless its nonce was used before.';
  const failing = steps.find(({ outcome }) => outcome === 'fails');
  if (failing !== undefined) return `The request is refused. First failed check: ${failing.check}.`;
  const unknown = steps.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check);
  return `No check failed. Not checked: ${unknown.join(', ')}.`;
}

/** Whether the message of the server says that the signature does not match. */
function serverRejectedSignature(serverMessage: string | undefined): boolean {
  return serverMessage !== undefined && readServerMessage(serverMessage).signedText !== undefined;
}

async function readInput(terminal: Terminal, file: string | undefined): Promise<Buffer> {
  if (file !== undefined && file !== '-') return readInputFile('', file);
  const input = inputOf(terminal);
  if (input.isTTY) printStatus(terminal, 'Paste the request, then press Ctrl-D.');
  return readStandardInput(terminal);
}

function readCapture(bytes: Buffer, { curl, har, entry }: VerifyFlags): CapturedRequest {
  if (curl && har) throw usageError('--curl and --har cannot be combined');
  if (entry !== undefined && !har) throw usageError('--entry requires --har');
  try {
    if (curl) return readCurlCommand(bytes.toString('utf8'));
    return har ? readHarEntry(bytes.toString('utf8'), entry) : readHttpText(bytes);
  } catch (error) {
    if (!(error instanceof InvalidCapture)) throw error;
    throw usageError(`cannot read the request: ${error.message}`);
  }
}

function textOf(text: string): string {
  return text.startsWith('@') ? readInputFile('--server-says', text.slice(1)).toString('utf8') : text;
}

function hasSignatureDetails(message: string | undefined): boolean {
  const { signedText, serverTime } = readServerMessage(message ?? '');
  return signedText !== undefined || serverTime !== undefined;
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidValue('number', text, '1 or more');
  return number;
}

/** Returns host and port as written; `URL` would normalise them. */
function parseAddress(text: string): string {
  const host = text.replace(/^https?:\/\//i, '').replace(/[/?#].*$/s, '');
  if (!/^[^\s@]+$/.test(host))
    throw new InvalidValue('address', text, 'an address such as https://orders.example.com');
  return host;
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidValue('time', text, 'a time such as 2026-11-24T08:00:00Z');
  return time;
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.verify', message);
}
