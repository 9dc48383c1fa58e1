import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpAnswer, ReceivedRequest, Route } from './listener.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css;charset=utf-8',
  '.html': 'text/html;charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript;charset=utf-8',
  '.json': 'application/json;charset=utf-8',
  '.jsonl': 'application/jsonl;charset=utf-8',
  '.map': 'application/json;charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain;charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Content types that are worth compressing; others are compressed already. */
const COMPRESSIBLE = /^(text\/|application\/json|application\/manifest|image\/svg)/;

/** Placeholder in the page for the nonce of its styles. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** Security headers of every answer that a browser shows or runs. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** Allows the console's own files only, no inline script, and inline styles only with the nonce. */
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const NOT_BUILT = `Claviger serves the APIs of IMS, RAM and STS at this address.
Sign requests with an AccessKey, or point an official SDK or the aliyun command line here.
The console was not built with this server. From the sources: npm run build, then start it again.
`;

type Encoding = 'br' | 'gzip';

/** Served file of the console. */
class ConsoleFile {
  readonly type: string;
  readonly etag: string;
  readonly #content: Buffer;
  readonly #file: string;
  readonly #compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(file: string) {
    this.#file = file;
    this.#content = readFileSync(file);
    this.type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
    this.etag = `"${createHash('sha256').update(this.#content).digest('base64url')}"`;
  }

  get text(): string {
    return this.#content.toString('utf8');
  }

  /** @param accepted the `Accept-Encoding` of the request */
  async content(
    accepted: string,
  ): Promise<{ readonly body: Buffer; readonly encoding: Encoding | undefined }> {
    const plain = { body: this.#content, encoding: undefined };
    if (!COMPRESSIBLE.test(this.type) || this.#content.length < 1024) return plain;
    const encoding = (['br', 'gzip'] as const).find((each) => accepts(accepted, each));
    if (encoding === undefined) return plain;
    let body = this.#compressed.get(encoding);
    if (body === undefined) {
      body = this.#compress(encoding);
      this.#compressed.set(encoding, body);
    }
    return { body: await body, encoding };
  }

  /** Returns the build's compressed file; without one compresses here, once. */
  async #compress(encoding: Encoding): Promise<Buffer> {
    const ready = `${this.#file}.${encoding === 'br' ? 'br' : 'gz'}`;
    if (existsSync(ready)) return readFileSync(ready);
    return encoding === 'br'
      ? promisify(brotliCompress)(this.#content, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
      : promisify(gzip)(this.#content, { level: 9 });
  }
}

function accepts(header: string, encoding: Encoding): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...rules] = part.trim().toLowerCase().split(';');
    return name.trim() === encoding && !rules.some((rule) => /^\s*q=0(\.0*)?\s*$/.test(rule));
  });
}

/**
 * Built files of the console: the page for every address that a browser opens, and its assets. Only files that were
 * in the folder when it was read are served, so no path can leave it.
 */
export class ConsoleFiles {
  readonly #folder: string | undefined;
  #files: ReadonlyMap<string, ConsoleFile> = new Map();
  #readAt = '';

  /** @param folder of the build; `undefined` if the console is not installed */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Whether a build exists. */
  get built(): boolean {
    return this.#folder !== undefined && existsSync(join(this.#folder, 'index.html'));
  }

  /** Answers a GET; `undefined` for requests of the API. */
  readonly route: Route = (request) => {
    const path = request.target.split('?', 1)[0] ?? '';
    this.#refresh();
    if (path.startsWith('/assets/')) return this.#asset(path, request);
    if (path !== '/' && path !== '/index.html' && this.#files.has(path)) return this.#file(path, request);
    return isNavigation(request) ? this.#page() : undefined;
  };

  /** Reads the folder again after a new build. */
  #refresh(): void {
    const folder = this.#folder;
    if (folder === undefined || !this.built) {
      this.#files = new Map();
      this.#readAt = '';
      return;
    }
    const { mtimeMs, size } = statSync(join(folder, 'index.html'));
    const version = `${mtimeMs} ${size}`;
    if (version === this.#readAt) return;
    this.#files = new Map(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !/\.(br|gz)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [`/${relative(folder, file).split(sep).join('/')}`, new ConsoleFile(file)]),
    );
    this.#readAt = version;
  }

  #page(): HttpAnswer {
    const page = this.#files.get('/index.html');
    if (page === undefined) {
      return { status: 200, headers: { 'content-type': 'text/plain;charset=utf-8' }, body: NOT_BUILT };
    }
    const nonce = randomBytes(18).toString('base64');
    return {
      status: 200,
      headers: {
        'content-type': page.type,
        'cache-control': 'no-store',
        'content-security-policy': contentSecurityPolicy(nonce),
        ...SECURITY_HEADERS,
      },
      body: page.text.replaceAll(NONCE_PLACEHOLDER, nonce),
    };
  }

  /** Assets are named by their content, so browsers never ask for one again. */
  #asset(path: string, request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    if (this.#files.has(path)) return this.#file(path, request, 'public, max-age=31536000, immutable');
    return {
      status: 404,
      headers: {
        'content-type': 'text/plain;charset=utf-8',
        'cache-control': 'no-store',
        ...SECURITY_HEADERS,
      },
      body: 'There is no such file of the console.\n',
    };
  }

  async #file(path: string, request: ReceivedRequest, caching = 'no-cache'): Promise<HttpAnswer> {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`a file that is not there: ${path}`);
    const headers = {
      'content-type': file.type,
      'cache-control': caching,
      etag: file.etag,
      vary: 'accept-encoding',
      ...SECURITY_HEADERS,
    };
    const known = headerOf(request, 'if-none-match');
    if (known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag)) {
      return { status: 304, headers, body: '' };
    }
    const { body, encoding } = await file.content(headerOf(request, 'accept-encoding'));
    return {
      status: 200,
      headers: encoding === undefined ? headers : { ...headers, 'content-encoding': encoding },
      body,
    };
  }
}

/** Returns whether a browser opens an address, rather than a program calling the API. */
function isNavigation(request: ReceivedRequest): boolean {
  const query = request.target.split('?', 2)[1] ?? '';
  const callsApi = new URLSearchParams(query).has('Action') || headerOf(request, 'authorization') !== '';
  return !callsApi && headerOf(request, 'accept').includes('text/html');
}

function headerOf({ rawHeaders }: ReceivedRequest, name: string): string {
  const at = rawHeaders.findIndex((header, index) => index % 2 === 0 && header.toLowerCase() === name);
  return at < 0 ? '' : rawHeaders[at + 1]!;
}

/** Returns the folder of the built console, if it is installed beside the server. */
export function consoleFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@claviger/console/package.json')), 'dist');
  } catch {
    return undefined;
  }
}
