import { isUtf8 } from 'node:buffer';
import type { SignedRequest } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { ACCESS_KEY_HELP } from '../access-key.ts';
import { writeCurlCommand } from '../capture/curl-command.ts';
import { withJsonErrors } from '../json-error.ts';
import { addRequestFlags, type RequestFlags, signFromFlags } from '../request-flags.ts';
import { print, type Terminal } from '../terminal.ts';

type SignFlags = RequestFlags & { readonly json?: boolean; readonly curl?: boolean };

/** Adds `claviger sign`, which prints the headers of a signed request for other tools. */
export function addSign(program: Command, terminal: Terminal): void {
  const command = program
    .command('sign')
    .summary('sign a request and print its headers for curl')
    .description(
      'Signs a request and prints its headers, one per line, without sending it. With --scheme rpc the signature is in ' +
        'the query, and the URL is printed instead. A signature is valid once, for 15 minutes.',
    );
  addRequestFlags(command)
    .option('--curl', 'print a curl command')
    .option('--json', 'print one JSON object: method, url, headers, body')
    .addHelpText(
      'after',
      `${ACCESS_KEY_HELP}

Examples:
  claviger sign GET https://orders.example.com/orders/7 | curl -H @- https://orders.example.com/orders/7
  claviger sign POST https://orders.example.com/orders -d '{"sku":"a-1"}' --curl
  claviger sign POST http://127.0.0.1:8080/ --action GetCallerIdentity --version 2015-04-01 --curl`,
    )
    .action(async (method: string, url: URL, flags: SignFlags) => {
      if (flags.json && flags.curl) {
        throw new CommanderError(2, 'claviger.request', '--json and --curl cannot be combined');
      }
      await withJsonErrors(terminal, flags, async () => {
        const { url: signedUrl, request } = await signFromFlags(terminal, method, url, flags);
        print(terminal, format(signedUrl, request, flags));
      });
    });
}

function format(url: URL, request: SignedRequest, flags: SignFlags): string {
  const headers = decodedHeaders(request);
  if (flags.json) {
    const body = request.body.length === 0 ? {} : jsonBody(request.body);
    return JSON.stringify({
      method: request.method,
      url: url.href,
      headers: Object.fromEntries(headers),
      ...body,
    });
  }
  // Clients set this `host` themselves.
  const sent = headers.filter(([name, value]) => name !== 'host' || value !== url.host);
  if (flags.curl) return writeCurlCommand(request.method, url, sent, curlBody(request.body, flags.data));
  if (flags.scheme === 'rpc') return url.href;
  return sent.map(([name, value]) => `${name}: ${value}`).join('\n');
}

/** Returns the headers with their values decoded as UTF-8. */
function decodedHeaders({ rawHeaders }: SignedRequest): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([rawHeaders[at]!, Buffer.from(rawHeaders[at + 1]!, 'latin1').toString('utf8')]);
  }
  return headers;
}

function jsonBody(body: Uint8Array): { body: string } | { bodyBase64: string } {
  const bytes = Buffer.from(body);
  return isUtf8(bytes) ? { body: bytes.toString('utf8') } : { bodyBase64: bytes.toString('base64') };
}

function curlBody(body: Uint8Array, data: string | undefined): Parameters<typeof writeCurlCommand>[3] {
  if (body.length === 0) return undefined;
  if (data?.startsWith('@') && data !== '@-') return { file: data.slice(1) };
  const bytes = Buffer.from(body);
  if (isUtf8(bytes) && !bytes.includes(0)) return { text: bytes.toString('utf8') };
  throw new CommanderError(
    2,
    'claviger.request',
    'the body cannot be part of a command line: write it to a file and use -d @FILE',
  );
}
