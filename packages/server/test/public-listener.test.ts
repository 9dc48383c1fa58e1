/** The public listener: hosts, paths, ciphers, and the headers that tell browsers of TLS. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { connect as connectTls, getCiphers, type SecureVersion } from 'node:tls';
import { TLS_OPTIONS } from '@claviger/guard/http';
import { readConfiguration } from '../src/configuration.ts';
import { ConfigurationError } from '../src/errors/configuration-error.ts';
import { assertHostsConfigured } from '../src/http/named-hosts.ts';
import { startTestServer, type TestServer } from './server.ts';

/** Runs a test on a server of its own. */
async function withServer(
  configuration: Readonly<Record<string, unknown>>,
  use: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await startTestServer({ configuration });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Writes a request to a socket unchanged, and reads until the server closes it. */
async function sendRaw(url: string, lines: readonly string[]): Promise<Answer> {
  const { hostname, port, protocol } = new URL(url);
  const socket =
    protocol === 'https:'
      ? connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false })
      : connectPlain({ host: hostname, port: Number(port) });
  await once(socket, protocol === 'https:' ? 'secureConnect' : 'connect');
  socket.write(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n`);
  const answer = await text(socket);
  const [head = '', ...body] = answer.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: body.join('\r\n\r\n'),
  };
}

const get = (url: string, path: string, ...headers: string[]) =>
  sendRaw(url, [`GET ${path} HTTP/1.1`, ...headers]);

const adminPaths = ['/metrics', '/readyz', '/openapi/ims.json', '/openapi/ram.json'];

describe('paths of the admin listener', () => {
  test('are not on the public port, unless the operator allows it', async () => {
    await withServer({}, async ({ url, adminUrl }) => {
      for (const path of adminPaths) {
        for (const method of ['GET', 'HEAD']) {
          assert.equal((await fetch(`${url}${path}`, { method })).status, 404, path);
          assert.equal((await fetch(`${adminUrl}${path}`, { method })).status, 200, path);
        }
        const asPage = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
        assert.equal(((await asPage.json()) as { Code: string }).Code, 'PathNotPublic');
      }
      for (const each of [url, adminUrl]) assert.equal((await fetch(`${each}/healthz`)).status, 200);
      const elsewhere = await fetch(`${adminUrl}/?Action=GetCallerIdentity&Version=2015-04-01`);
      assert.deepEqual(
        [elsewhere.status, ((await elsewhere.json()) as { Code: string }).Code],
        [404, 'PathNotFound'],
      );
    });
    await withServer({ adminPort: undefined, adminPaths: 'public' }, async ({ url, adminUrl }) => {
      assert.equal(adminUrl, '', 'no admin listener');
      for (const path of adminPaths) assert.equal((await fetch(`${url}${path}`)).status, 200, path);
    });
  });
});

describe('the host of a request', () => {
  const known = [
    'keys.example.com',
    'KEYS.Example.COM',
    'keys.example.com:8080',
    'keys.example.com.',
    '[2001:db8::7]:8080',
  ];
  const unknown = [
    'evil.example',
    '127.0.0.1',
    'localhost:8080',
    'keys.example.com.evil.example',
    'evil-keys.example.com',
    'keys.example.com@evil.example',
    'keys.example.com/',
    'example.com',
    '2001:db8::7',
    '',
    '*',
  ];
  const paths = ['/', '/?Action=GetCallerIdentity&Version=2015-04-01', '/metrics', '/assets/x.js', '/users'];

  test('has to be one of --hosts or of --public-url; any other is refused for API and console alike', async () => {
    const configuration = {
      hosts: 'keys.example.com,[2001:db8::7]',
      publicUrl: 'https://console.example.com',
    };
    await withServer(configuration, async ({ url }) => {
      for (const path of paths) {
        for (const host of unknown) {
          for (const method of ['GET', 'POST']) {
            const { status, body } = await sendRaw(url, [
              `${method} ${path} HTTP/1.1`,
              `host: ${host}`,
              'accept: text/html',
              'content-length: 0',
            ]);
            assert.equal(status, 421, `${method} ${path} of ${host}`);
            const { Code, RequestId } = JSON.parse(body) as { Code: string; RequestId: string };
            assert.equal(Code, 'MisdirectedRequest');
            assert.match(RequestId, /^[0-9A-F-]{36}$/);
          }
        }
        for (const host of [...known, 'console.example.com']) {
          assert.notEqual((await get(url, path, `host: ${host}`)).status, 421, `${path} of ${host}`);
        }
      }
    });
  });

  test('may be this machine for a health check only', async () => {
    await withServer({ hosts: 'keys.example.com' }, async ({ url }) => {
      for (const host of ['127.0.0.1', 'localhost:8080', '[::1]:8080', 'keys.example.com']) {
        assert.equal((await get(url, '/healthz', `host: ${host}`)).status, 200, host);
      }
      for (const host of ['evil.example', '10.0.0.7']) {
        assert.equal((await get(url, '/healthz', `host: ${host}`)).status, 421, host);
      }
      for (const path of ['/healthz/', '/healthz%2f', '//healthz', '/healthzz']) {
        assert.equal((await get(url, path, 'host: localhost')).status, 421, path);
      }
    });
  });

  test('is checked in the target as well as in the header, and is required', async () => {
    await withServer({ hosts: 'keys.example.com' }, async ({ url }) => {
      const inTarget = await get(url, 'http://evil.example/', 'host: keys.example.com');
      assert.equal(inTarget.status, 421);
      const inHeader = await get(url, 'http://keys.example.com/', 'host: evil.example');
      assert.equal(inHeader.status, 421);
      assert.equal((await sendRaw(url, ['GET / HTTP/1.0'])).status, 421);
      assert.equal((await get(url, '/', 'host: keys.example.com', 'host: evil.example')).status, 400);
    });
  });

  test('may be any if --hosts says so, or if the server listens on loopback only', async () => {
    for (const configuration of [{ hosts: '*' }, { hosts: '*', publicUrl: 'https://a.example.com' }, {}]) {
      await withServer(configuration, async ({ url }) => {
        assert.equal((await get(url, '/healthz', 'host: anything.example')).status, 200);
      });
    }
  });

  test('has to be configured if other machines can reach the server', () => {
    const check = (flags: Readonly<Record<string, unknown>>) => () =>
      assertHostsConfigured(readConfiguration(flags, {}));
    for (const host of ['0.0.0.0', '::', '192.168.1.5', '2001:db8::7', 'keys.internal', '128.0.0.1']) {
      assert.throws(check({ host }), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /--public-url .*--hosts .*--hosts '\*'/);
        return true;
      });
      check({ host, hosts: '*' })();
      check({ host, hosts: 'keys.internal' })();
      check({ host, publicUrl: 'https://keys.example.com' })();
    }
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) check({ host })();
    for (const hosts of ['https://keys.example.com', 'a b', 'keys.example.com/x', 'a@b']) {
      assert.throws(check({ hosts }), ConfigurationError, hosts);
    }
  });
});

describe('TLS', () => {
  const sts = /\r\nstrict-transport-security: max-age=31536000(\r\n|$)/;

  test('is announced to browsers in every answer (HSTS), and not without TLS', async () => {
    await withServer({ tls: 'auto', hosts: 'keys.example.com,127.0.0.1' }, async ({ url }) => {
      for (const [path, host] of [
        ['/healthz', '127.0.0.1'],
        ['/', 'keys.example.com'],
        ['/metrics', 'keys.example.com'],
        ['/?Action=GetCallerIdentity&Version=2015-04-01', 'keys.example.com'],
        ['/', 'evil.example'],
      ]) {
        assert.match((await get(url, path!, `host: ${host}`)).headers, sts, path);
      }
    });
    await withServer({ publicUrl: 'http://keys.example.com' }, async ({ url }) => {
      assert.doesNotMatch((await get(url, '/healthz', 'host: keys.example.com')).headers, sts);
    });
  });

  test('of a trusted proxy counts, if the public address is https', async () => {
    const publicUrl = 'https://keys.example.com';
    const through = (url: string, proto: string) =>
      get(
        url,
        '/healthz',
        'host: keys.example.com',
        'x-forwarded-for: 203.0.113.7',
        `x-forwarded-proto: ${proto}`,
      );
    await withServer({ publicUrl, trustedProxies: '127.0.0.1' }, async ({ url }) => {
      assert.match((await through(url, 'https')).headers, sts);
      assert.doesNotMatch((await through(url, 'http')).headers, sts);
    });
    await withServer({ publicUrl }, async ({ url }) => {
      assert.doesNotMatch((await through(url, 'https')).headers, sts, 'no proxy is trusted');
    });
  });

  test('has version 1.2 or later, without CBC', async () => {
    await withServer({ tls: 'auto' }, async ({ url }) => {
      const port = Number(new URL(url).port);
      const offered = async (ciphers: string, version: SecureVersion) => {
        const socket = connectTls({
          host: '127.0.0.1',
          port,
          rejectUnauthorized: false,
          ciphers: `${ciphers}:@SECLEVEL=0`,
          minVersion: version,
          maxVersion: version,
        });
        try {
          await once(socket, 'secureConnect');
          return socket.getCipher().standardName;
        } catch {
          return undefined;
        } finally {
          socket.destroy();
        }
      };
      const accepted: string[] = [];
      for (const cipher of getCiphers()) {
        if (cipher.startsWith('tls_')) continue;
        const name = await offered(cipher.toUpperCase(), 'TLSv1.2');
        if (name === undefined) continue;
        assert.match(name, /_(GCM|POLY1305)_/, cipher);
        assert.match(name, /^TLS_ECDHE_/, cipher);
        assert.ok(TLS_OPTIONS.ciphers.includes(cipher.toUpperCase()), cipher);
        accepted.push(cipher);
      }
      assert.ok(accepted.length >= 3, accepted.join());
      for (const version of ['TLSv1', 'TLSv1.1'] as const) {
        assert.equal(await offered('ALL', version), undefined, version);
      }
      assert.notEqual(await offered('ALL', 'TLSv1.3'), undefined);
    });
  });
});
