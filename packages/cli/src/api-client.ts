import { signRequest } from '@claviger/signature';
import { type Command, CommanderError } from 'commander';
import { ACCESS_KEY_HELP, addProfileFlag, requireAccessKey } from './access-key.ts';
import { API_VERSIONS, type ApiProduct } from './api-versions.ts';
import { denialLines, readErrorResponse } from './error-response.ts';
import { addConnectionFlags, type ConnectionFlags, sendRequest, warningsOf } from './http-exchange.ts';
import { InvalidValue } from './invalid-value.ts';
import { printStatus, type Terminal } from './terminal.ts';

/** Parsed answer of an operation. */
export type ApiAnswer = Readonly<Record<string, unknown>>;

/** Parameters of an operation; those that are `undefined` are left out. */
export type ApiParameters = Readonly<Record<string, string | undefined>>;

/** Flags of commands that call the API. */
export interface ApiFlags extends ConnectionFlags {
  readonly endpoint?: URL;
  readonly profile?: string;
  readonly json?: boolean;
}

const ENDPOINT_VARIABLE = 'CLAVIGER_ENDPOINT';
/** Address of `npm start` and of `claviger serve` without flags. */
const DEFAULT_ENDPOINT = 'http://127.0.0.1:8080';

/** Help text on the server that a command calls and the AccessKey that it uses. */
export const API_HELP = `
The server is the one of --endpoint, then of ${ENDPOINT_VARIABLE}, then ${DEFAULT_ENDPOINT}.
${ACCESS_KEY_HELP.trimStart()}`;

/** Adds `--endpoint`, `--profile`, `--json` and the flags of connections. */
export function addApiFlags(command: Command): Command {
  command
    .option(
      '--endpoint <url>',
      `URL of the server (${ENDPOINT_VARIABLE}, default ${DEFAULT_ENDPOINT})`,
      parseEndpoint,
    )
    .option('--json', 'print the answer of the API, one JSON object');
  return addConnectionFlags(addProfileFlag(command));
}

/** Calls operations of one server with one AccessKey. */
export class ApiClient {
  readonly #terminal: Terminal;
  readonly #flags: ApiFlags;
  readonly #endpoint: URL;

  constructor(terminal: Terminal, flags: ApiFlags) {
    this.#terminal = terminal;
    this.#flags = flags;
    this.#endpoint =
      flags.endpoint ?? parseEndpoint(terminal.environment[ENDPOINT_VARIABLE] || DEFAULT_ENDPOINT);
  }

  /**
   * Calls an operation. Warnings of the server go to standard error.
   * @throws CommanderError with RAM's code when it is refused; a denial names the missing permission and the caller
   */
  async call(product: ApiProduct, action: string, parameters: ApiParameters = {}): Promise<ApiAnswer> {
    const { status, text, warnings } = await this.#send(product, action, parameters);
    for (const warning of warnings) printStatus(this.#terminal, `warning: ${warning}`);
    if (status === 200) return JSON.parse(text) as ApiAnswer;
    const error = readErrorResponse(text);
    if (error === undefined) {
      throw new CommanderError(
        1,
        'claviger.api',
        `${this.#endpoint.origin} answered ${status} in a form that is not RAM's: expected a Claviger server, see --endpoint`,
      );
    }
    const { code, message, requestId, denial } = error;
    const caller = denial === undefined ? undefined : await this.#callerArn();
    const lines = [
      `${code}: ${message}`,
      ...(denial === undefined
        ? []
        : denialLines(caller === undefined ? denial : { ...denial, principal: caller })),
      ...(requestId === undefined ? [] : [`  request   ${requestId}`]),
    ];
    throw new CommanderError(1, `claviger.${code}`, lines.join('\n'));
  }

  /**
   * Calls an operation that answers in pages and returns all items.
   * @param list the fields on the way to the items, such as `['Users', 'User']`
   */
  async all(
    product: ApiProduct,
    action: string,
    list: readonly [string, string],
    parameters: ApiParameters = {},
  ): Promise<readonly ApiAnswer[]> {
    const items: ApiAnswer[] = [];
    let marker: string | undefined;
    do {
      const page = await this.call(product, action, { ...parameters, MaxItems: '1000', Marker: marker });
      items.push(...itemsOf(page, list));
      marker =
        page['IsTruncated'] === true && typeof page['Marker'] === 'string' ? page['Marker'] : undefined;
    } while (marker !== undefined);
    return items;
  }

  async #send(product: ApiProduct, action: string, parameters: ApiParameters) {
    const given = Object.entries(parameters).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const request = signRequest(
      {
        method: 'POST',
        target: '/',
        headers: [
          ['host', this.#endpoint.host],
          ['accept', 'application/json'],
          ['content-type', 'application/x-www-form-urlencoded'],
        ],
        body: Buffer.from(new URLSearchParams(given).toString()),
      },
      requireAccessKey(this.#terminal, this.#flags.profile),
      {
        scheme: 'ACS3-HMAC-SHA256',
        now: Date.now(),
        nonce: crypto.randomUUID(),
        action,
        version: API_VERSIONS[product],
      },
    );
    const { response, body } = await sendRequest({ url: this.#endpoint, request }, this.#flags);
    return { status: response.statusCode, text: body.toString('utf8'), warnings: warningsOf(response) };
  }

  /** The caller's ARN, which has its name: a denial has its id only. It needs no permission. */
  async #callerArn(): Promise<string | undefined> {
    const { status, text } = await this.#send('sts', 'GetCallerIdentity', {});
    return status === 200 ? textOf(JSON.parse(text) as ApiAnswer, 'Arn') || undefined : undefined;
  }
}

/** Returns the items of a list in an answer; empty if absent. @param list fields on the way to it */
export function itemsOf(
  answer: ApiAnswer,
  [outer, inner]: readonly [outer: string, inner?: string],
): readonly ApiAnswer[] {
  const items = inner === undefined ? answer[outer] : (answer[outer] as ApiAnswer | undefined)?.[inner];
  return Array.isArray(items) ? (items as ApiAnswer[]) : [];
}

/** Returns a field as text; empty if absent. */
export function textOf(answer: ApiAnswer, field: string): string {
  const value = answer[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new InvalidValue('endpoint', text, 'http:// or https:// and a host: https://ram.example.com:8443');
  }
  return new URL('/', url);
}
