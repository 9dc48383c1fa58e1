import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../http/self-signed-certificate.ts';
import { createDocumentFetcher, type FetchOptions } from './fetch-document.ts';
import { IssuerNetwork } from './issuer-network.ts';

const { cert, key } = await selfSignedCertificate(['localhost'], Date.now() - 60_000, Date.now() + 3_600_000);
const certificate = new X509Certificate(cert);
const bare = (fingerprint: string) => fingerprint.replaceAll(':', '');
const other = '902ef2deeb3c5b13ea4c3d5193629309e231ae55';

/** Answer of each path. */
const answer: RequestListener = (request, response) => {
  if (request.url === '/moved') return void response.writeHead(302, { location: '/document' }).end();
  if (request.url === '/long') return void response.end('x'.repeat(256 * 1024 + 1));
  if (request.url === '/document') return void response.end('{"a":1}');
  // One byte, and then nothing more.
  if (request.url === '/slow') return void response.write('{');
  if (request.url === '/silent') return;
  return void response.writeHead(404).end();
};

describe('fetching a document', () => {
  const servers: Server[] = [];
  let secure: string;
  let plain: string;

  before(async () => {
    const listening = async (server: Server) => {
      servers.push(server.listen(0, 'localhost'));
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    };
    secure = `https://localhost:${await listening(createTlsServer({ cert, key }, answer))}`;
    plain = `http://localhost:${await listening(createServer(answer))}`;
  });
  after(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });

  const here = new IssuerNetwork(['127.0.0.1', '::1']);
  const trusting = createDocumentFetcher({ network: here, authorities: cert });
  const from = (url: string, fingerprints: readonly string[] = [], by = trusting) =>
    by(new URL(url), fingerprints);

  test('accepts TLS from a host with a trusted certificate', async () => {
    assert.equal(await from(`${secure}/document`), '{"a":1}');
  });

  test('accepts plain HTTP from this machine', async () => {
    assert.equal(await from(`${plain}/document`), '{"a":1}');
  });

  test('refuses plain HTTP from other machines', async () => {
    await assert.rejects(from('http://192.0.2.1/document'), /https/);
    await assert.rejects(from('file:///etc/hostname'), /https/);
  });

  test('accepts a certificate with one of the fingerprints: SHA-1 or SHA-256, in any case', async () => {
    for (const fingerprint of [certificate.fingerprint, certificate.fingerprint256]) {
      await from(`${secure}/document`, [other, bare(fingerprint)]);
      await from(`${secure}/document`, [bare(fingerprint).toLowerCase()]);
    }
  });

  test('refuses a certificate with none of the fingerprints', async () => {
    await assert.rejects(from(`${secure}/document`, [other]), /fingerprint/);
  });

  test('refuses an untrusted certificate, whatever its fingerprint', async () => {
    await assert.rejects(
      from(`${secure}/document`, [bare(certificate.fingerprint)], createDocumentFetcher({ network: here })),
      /cannot be reached/,
    );
  });

  test('refuses a certificate for another host', async () => {
    await assert.rejects(from(`${secure.replace('localhost', '127.0.0.1')}/document`), /cannot be reached/);
  });

  test('does not follow redirects', async () => {
    await assert.rejects(from(`${plain}/moved`), /302/);
    await assert.rejects(from(`${plain}/missing`), /404/);
  });

  test('bounds the length', async () => {
    await assert.rejects(from(`${plain}/long`), /too long/);
  });

  test('bounds the time, before the first byte and after it', async () => {
    const documents = createDocumentFetcher({ network: here, milliseconds: 50 });
    await assert.rejects(from(`${plain}/silent`, [], documents), /too long/);
    await assert.rejects(from(`${plain}/slow`, [], documents), /too long/);
  });

  describe('by a name', () => {
    /** Returns the addresses of a name, for each query the next. */
    function names(...answers: readonly (readonly string[])[]) {
      const asked: string[] = [];
      const resolve: FetchOptions['resolve'] = async (name) => {
        const addresses = answers[Math.min(asked.length, answers.length - 1)]!;
        asked.push(name);
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      };
      return { asked, resolve };
    }
    const port = () => new URL(secure).port;
    const named = (resolve: FetchOptions['resolve'], network = new IssuerNetwork()) =>
      createDocumentFetcher({ network, authorities: cert, ...(resolve && { resolve }) });

    test('refuses addresses that are not public, whatever the name resolves to', async () => {
      for (const address of [
        '127.0.0.1',
        '10.0.0.1',
        '169.254.169.254',
        '100.100.100.200',
        '::1',
        'fe80::1',
        '::ffff:127.0.0.1',
        '0.0.0.0',
      ]) {
        const { resolve, asked } = names([address]);
        await assert.rejects(
          from(`https://idp.example.com:${port()}/document`, [], named(resolve)),
          /--private-issuers/,
        );
        assert.deepEqual(asked, ['idp.example.com']);
      }
    });

    test('connects to the checked address, though the name resolves to another a moment later', async () => {
      // First this machine, which the operator admits; then what a rebinding server answers the next time.
      const { resolve, asked } = names(['127.0.0.1'], ['169.254.169.254']);
      const network = new IssuerNetwork(['127.0.0.1']);
      assert.equal(
        await from(`https://localhost:${port()}/document`, [], named(resolve, network)),
        '{"a":1}',
      );
      assert.equal(asked.length, 1);
      await assert.rejects(
        from(`https://localhost:${port()}/document`, [], named(resolve, network)),
        /--private-issuers/,
      );
    });

    test('connects only to the admitted ones of several addresses', async () => {
      const { resolve } = names(['10.0.0.1', '169.254.169.254', '127.0.0.1', 'fd00::1']);
      const network = new IssuerNetwork(['127.0.0.1']);
      assert.equal(
        await from(`https://localhost:${port()}/document`, [], named(resolve, network)),
        '{"a":1}',
      );
    });

    test('checks a literal address, in any notation', async () => {
      const documents = named(async () => assert.fail('an address is not looked up'));
      for (const host of [
        '127.0.0.1',
        '127.1',
        '2130706433',
        '0x7f000001',
        '0177.0.0.1',
        '127.0.0.1.',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '[::ffff:7f00:1]',
        '169.254.169.254',
        '10.0.0.1',
      ]) {
        await assert.rejects(
          from(`https://${host}:${port()}/document`, [], documents),
          /--private-issuers/,
          host,
        );
      }
      await assert.rejects(
        from(`${plain.replace('localhost', '127.0.0.1')}/document`, [], documents),
        /--private-issuers/,
      );
    });
  });
});
