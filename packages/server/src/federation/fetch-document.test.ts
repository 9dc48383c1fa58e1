import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../http/self-signed-certificate.ts';
import { networkDocuments } from './fetch-document.ts';

const { cert, key } = selfSignedCertificate(['localhost'], Date.now() - 60_000, Date.now() + 3_600_000);
const certificate = new X509Certificate(cert);
const bare = (fingerprint: string) => fingerprint.replaceAll(':', '');
const other = '902ef2deeb3c5b13ea4c3d5193629309e231ae55';

/** What each path answers. */
const answer: RequestListener = (request, response) => {
  if (request.url === '/moved') return void response.writeHead(302, { location: '/document' }).end();
  if (request.url === '/long') return void response.end('x'.repeat(256 * 1024 + 1));
  if (request.url === '/document') return void response.end('{"a":1}');
  return void response.writeHead(404).end();
};

describe('a document that is fetched', () => {
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
    for (const server of servers) server.close();
  });

  const trusting = networkDocuments({ authorities: cert });
  const from = (url: string, fingerprints: readonly string[] = [], by = trusting) =>
    by(new URL(url), fingerprints);

  test('comes over TLS from a host with a trusted certificate', async () => {
    assert.equal(await from(`${secure}/document`), '{"a":1}');
  });

  test('comes over plain HTTP from this machine', async () => {
    assert.equal(await from(`${plain}/document`), '{"a":1}');
  });

  test('comes over plain HTTP from no other', async () => {
    await assert.rejects(from('http://192.0.2.1/document'), /https/);
    await assert.rejects(from('file:///etc/hostname'), /https/);
  });

  test('comes when the certificate has one of the fingerprints: SHA-1 or SHA-256, in any case', async () => {
    for (const fingerprint of [certificate.fingerprint, certificate.fingerprint256]) {
      await from(`${secure}/document`, [other, bare(fingerprint)]);
      await from(`${secure}/document`, [bare(fingerprint).toLowerCase()]);
    }
  });

  test('does not come when it has none of them', async () => {
    await assert.rejects(from(`${secure}/document`, [other]), /fingerprint/);
  });

  test('does not come from a host whose certificate nobody trusts, whatever its fingerprint', async () => {
    await assert.rejects(
      from(`${secure}/document`, [bare(certificate.fingerprint)], networkDocuments()),
      /cannot be reached/,
    );
  });

  test('does not come from a host that the certificate is not for', async () => {
    await assert.rejects(from(`${secure.replace('localhost', '127.0.0.1')}/document`), /cannot be reached/);
  });

  test('comes from where it was asked for: redirects are not followed', async () => {
    await assert.rejects(from(`${plain}/moved`), /302/);
    await assert.rejects(from(`${plain}/missing`), /404/);
  });

  test('has a bounded length', async () => {
    await assert.rejects(from(`${plain}/long`), /too long/);
  });
});
