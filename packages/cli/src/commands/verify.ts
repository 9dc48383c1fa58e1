import { type Explanation, explainSignature, readServerMessage } from '@claviger/signature';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { addProfileFlag, findAccessKey, WHERE_KEYS_COME_FROM } from '../access-key.ts';
import { type CapturedRequest, CaptureUnreadable } from '../capture/captured-request.ts';
import { readCurlCommand } from '../capture/curl-command.ts';
import { readHarEntry } from '../capture/har-entry.ts';
import { readHttpText } from '../capture/http-text.ts';
import { linesOfExplanation } from '../explanation-text.ts';
import { readGivenFile, readStandardInput } from '../given-file.ts';
import { orJsonError } from '../json-error.ts';
import { ended, inputOf, print, type Terminal, tell } from '../terminal.ts';

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

/** `claviger verify`: explains step by step why a captured request is refused. */
export function addVerify(program: Command, terminal: Terminal): void {
  const command = program
    .command('verify')
    .summary('explain why a captured request is refused')
    .description(
      'Reads a captured request and goes through it as a server does: form, scheme, signed headers, key, time, body, ' +
        'signature. Where the signature is wrong it tries what clients are known to get wrong, and names what fits. ' +
        'Exits with 0 when a server with this secret would accept it, and none has refused it; with 1 when not.',
    )
    .argument(
      '[file]',
      'the request as it stood on the wire, or what `curl -v` printed; standard input when absent',
    )
    .option('--curl', 'the file holds a curl command')
    .option('--har', 'the file holds an HTTP archive, or one entry of it; its answer is read too')
    .option(
      '--entry <number>',
      'which entry of the archive, from 1 (default: the last that is signed)',
      parseNumber,
    )
    .option(
      '--sent-to <address>',
      'what the client called, when the request was captured behind a proxy: https://orders.example.com',
      parseAddress,
    )
    .option('--server-says <text>', "the server's answer or its message, or @FILE: compared to the byte")
    .option('--at <time>', 'when the server judged it, as in 2026-11-24T08:00:00Z (default: now)', parseTime)
    .option('--canonical', 'print the canonical request and the string to sign (a security token is in them)')
    .option('--json', 'print one JSON object');
  addProfileFlag(command)
    .addHelpText(
      'after',
      `${WHERE_KEYS_COME_FROM}
Without a key everything is looked at but the signature.

Examples:
  claviger verify request.txt --server-says @answer.json
  claviger verify behind-proxy.txt --sent-to https://orders.example.com
  claviger verify --curl < command.sh
  claviger verify --har session.har --entry 12 --profile staging
  curl -v -H @headers.txt https://orders.example.com/orders 2>&1 | claviger verify`,
    )
    .action((file: string | undefined, flags: VerifyFlags) =>
      orJsonError(terminal, flags, async () => {
        const captured = readCapture(await readInput(terminal, file), flags);
        const credentials = findAccessKey(terminal, flags.profile);
        const serverMessage =
          flags.serverSays === undefined ? captured.serverMessage : textOf(flags.serverSays);
        if (flags.serverSays !== undefined && !saysSomething(serverMessage)) {
          throw wrong('--server-says: neither what the server signed nor its clock is in this text');
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
        if (!explanation.holds || foundWrong(serverMessage)) throw ended(1);
      }),
    );
}

function printExplanation(
  terminal: Terminal,
  { notes }: CapturedRequest,
  explanation: Explanation,
  serverMessage: string | undefined,
  withTexts: boolean,
): void {
  for (const note of notes) print(terminal, `note   ${note}`);
  for (const line of linesOfExplanation(terminal, explanation)) print(terminal, line);
  if (withTexts) {
    const { canonicalRequest, stringToSign } = explanation;
    if (canonicalRequest !== undefined) print(terminal, `\nThe canonical request:\n${canonicalRequest}`);
    if (stringToSign !== undefined) print(terminal, `\nThe string to sign:\n${stringToSign}`);
  }
  print(terminal, `\n${conclusion(explanation, serverMessage)}`);
}

function conclusion({ holds, steps, difference }: Explanation, serverMessage: string | undefined): string {
  if (holds && difference !== undefined) {
    return 'It is signed rightly; what the server verified is another request. Look at what stands between them.';
  }
  if (holds && foundWrong(serverMessage))
    return 'It is signed rightly, and the server has another secret for this key.';
  if (holds) return 'A server that has this secret accepts it, unless it has seen its nonce before.';
  const failing = steps.find(({ outcome }) => outcome === 'fails');
  if (failing !== undefined) return `It is refused, first for: ${failing.check}.`;
  const unknown = steps.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check);
  return `Nothing is wrong as far as can be seen; not looked at: ${unknown.join(', ')}.`;
}

/** Whether the server found the signature wrong. */
function foundWrong(serverMessage: string | undefined): boolean {
  return serverMessage !== undefined && readServerMessage(serverMessage).signedText !== undefined;
}

async function readInput(terminal: Terminal, file: string | undefined): Promise<Buffer> {
  if (file !== undefined && file !== '-') return readGivenFile('', file);
  const input = inputOf(terminal);
  if (input.isTTY) tell(terminal, 'Paste the request, and end it with Ctrl-D.');
  return readStandardInput(terminal);
}

function readCapture(bytes: Buffer, { curl, har, entry }: VerifyFlags): CapturedRequest {
  if (curl && har) throw wrong('--curl and --har exclude each other');
  if (entry !== undefined && !har) throw wrong('--entry is for --har');
  try {
    if (curl) return readCurlCommand(bytes.toString('utf8'));
    return har ? readHarEntry(bytes.toString('utf8'), entry) : readHttpText(bytes);
  } catch (error) {
    if (!(error instanceof CaptureUnreadable)) throw error;
    throw wrong(`the request cannot be read: ${error.message}`);
  }
}

function textOf(text: string): string {
  return text.startsWith('@') ? readGivenFile('--server-says', text.slice(1)).toString('utf8') : text;
}

function saysSomething(message: string | undefined): boolean {
  const { signedText, serverTime } = readServerMessage(message ?? '');
  return signedText !== undefined || serverTime !== undefined;
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('it must be 1 or more.');
  return number;
}

/** Host and port, in the letters in which they are written: a URL would change them. */
function parseAddress(text: string): string {
  const host = text.replace(/^https?:\/\//i, '').replace(/[/?#].*$/s, '');
  if (!/^[^\s@]+$/.test(host))
    throw new InvalidArgumentError('it must be an address such as https://orders.example.com.');
  return host;
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('it must be a time such as 2026-11-24T08:00:00Z.');
  return time;
}

function wrong(message: string): CommanderError {
  return new CommanderError(2, 'claviger.verify', message);
}
