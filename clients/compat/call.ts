/** Key pair or the three parts of a token. */
export interface CallKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** One call, as a driver receives it: a line of its input is `{"calls": [...]}`, made at the same time. */
export interface Call {
  readonly product: string;
  readonly version: string;
  readonly action: string;
  /** Parameters as they are on the wire: `Tag.1.Key`, JSON as text. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The same as typed clients take them: lists and objects. */
  readonly structured: Readonly<Record<string, unknown>>;
  readonly key: CallKey;
  /** `127.0.0.1:8080`, without scheme and slash. */
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  /** Way of naming the endpoint, if the client has several; default: on each request or in its configuration. */
  readonly setting?: string | undefined;
  /** `client`: the driver gives `certificate` to the client; otherwise it trusts what its environment says. */
  readonly trust?: 'client' | undefined;
  /** PEM file of the server's certificate. */
  readonly certificate?: string | undefined;
  readonly certificateText?: string | undefined;
}

/** Error of a client, as a program that catches it sees it. */
export interface FailedCall {
  readonly error: {
    /** Class of the error. */
    readonly type: string;
    readonly code: string;
    /** HTTP status; `null` if the error has none. */
    readonly status: number | null;
    readonly message: string;
  };
}

/** What a client returned; `absent`: this version of the client has no such operation or parameter. */
export type CallAnswer =
  | { readonly body: Readonly<Record<string, unknown>> }
  | FailedCall
  | { readonly absent: string };

/** Parameters of RAM 2015-05-01 whose text is JSON; typed clients take a list. */
const JSON_PARAMETERS: ReadonlySet<string> = new Set(['ResourceNames', 'Tag', 'TagKeys']);

/** Turns wire parameters into what typed clients take: `{ 'Tag.1.Key': 'a' }` into `{ Tag: [{ Key: 'a' }] }`. */
export function structuredParameters(parameters: Readonly<Record<string, string>>): Record<string, unknown> {
  const structured: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const [first = '', number, field] = name.split('.');
    if (number === undefined) {
      structured[name] = JSON_PARAMETERS.has(name) && value.startsWith('[') ? JSON.parse(value) : value;
      continue;
    }
    structured[first] ??= [];
    const list = structured[first] as unknown[];
    const at = Number(number) - 1;
    list[at] = field === undefined ? value : { ...(list[at] as object | undefined), [field]: value };
  }
  return structured;
}
