import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TlsFiles } from '@claviger/guard/http';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { automaticTls, loadTlsFiles } from './tls.ts';

const dayMs = 24 * 60 * 60 * 1000;

describe('a self-signed certificate', async () => {
  const from = Date.UTC(2026, 10, 24, 8, 0, 0);
  const files = await selfSignedCertificate(
    ['localhost', '127.0.0.1', '::1', 'claviger.example'],
    from,
    from + dayMs,
  );
  const certificate = new X509Certificate(files.cert);

  it('names every host it is for', () => {
    assert.equal(
      certificate.subjectAltName,
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:claviger.example',
    );
    assert.equal(certificate.checkHost('claviger.example'), 'claviger.example');
    assert.equal(certificate.checkIP('::1'), '::1');
    assert.equal(certificate.checkHost('other.example'), undefined);
  });

  it('is valid from and to the second that was asked', () => {
    assert.equal(certificate.validFromDate.toISOString(), '2026-11-24T08:00:00.000Z');
    assert.equal(certificate.validToDate.toISOString(), '2026-11-25T08:00:00.000Z');
  });

  it('can end after 2049', async () => {
    const late = await selfSignedCertificate(['localhost'], from, Date.UTC(2061, 0, 2, 3, 4, 5));
    assert.equal(new X509Certificate(late.cert).validToDate.toISOString(), '2061-01-02T03:04:05.000Z');
  });

  it('is signed with its own key, and is no authority', () => {
    assert.ok(certificate.verify(certificate.publicKey));
    assert.equal(certificate.issuer, certificate.subject);
    assert.equal(certificate.ca, false);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  });

  it('has another serial number each time', async () => {
    const serials = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      serials.add(
        new X509Certificate((await selfSignedCertificate(['localhost'], from, from + dayMs)).cert)
          .serialNumber,
      );
    }
    assert.equal(serials.size, 20);
  });

  it('serves TLS to a client that trusts it, and to no other', async () => {
    const now = Date.now();
    const served = await selfSignedCertificate(['localhost', '127.0.0.1'], now - dayMs, now + dayMs);
    const server = createServer(served, (_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      assert.equal(await fetchText(port, served.cert), 'hello');
      await assert.rejects(fetchText(port, files.cert), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    } finally {
      server.close();
    }
  });
});

describe('automatic TLS', () => {
  let directory: string;
  const now = Date.now();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'claviger-tls-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('keeps its certificate, and its key for the owner alone', async () => {
    const made = await automaticTls(directory, ['0.0.0.0'], now);
    assert.deepEqual(await automaticTls(directory, ['127.0.0.1'], now + dayMs), made);
    assert.equal((await stat(join(directory, 'tls', 'key.pem'))).mode & 0o777, 0o600);
  });

  it('makes a new one when the host is not named in it', async () => {
    const made = await automaticTls(directory, ['claviger.example'], now);
    assert.equal(new X509Certificate(made.cert).checkHost('claviger.example'), 'claviger.example');
  });

  it('makes a new one a month before it ends', async () => {
    const made = await automaticTls(directory, ['localhost'], now);
    assert.deepEqual(await automaticTls(directory, ['localhost'], now + 365 * dayMs), made);
    assert.notDeepEqual(await automaticTls(directory, ['localhost'], now + 367 * dayMs), made);
  });

  it('makes a new one when only half of it was written', async () => {
    await writeFile(join(directory, 'tls', 'cert.pem'), '');
    const made = await automaticTls(directory, ['localhost'], now);
    assert.ok(new X509Certificate(made.cert).checkHost('localhost'));
  });
});

describe('a given certificate', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'claviger-tls-'));
    for (const name of ['a', 'b']) {
      const files = await selfSignedCertificate(['localhost'], 0, dayMs);
      await writeFile(join(directory, `${name}.crt`), files.cert);
      await writeFile(join(directory, `${name}.key`), files.key);
    }
  });
  after(() => rm(directory, { recursive: true }));

  const load = (cert: string, key: string): Promise<TlsFiles> =>
    loadTlsFiles(join(directory, cert), join(directory, key));

  it('is loaded together with its key', async () => {
    const files = await load('a.crt', 'a.key');
    assert.match(files.cert, /BEGIN CERTIFICATE/);
    assert.match(files.key, /BEGIN PRIVATE KEY/);
  });

  it('is refused with the key of another one, and the error shows neither', async () => {
    await assert.rejects(load('a.crt', 'b.key'), (error: Error) => {
      assert.match(error.message, /a\.crt and .*b\.key are not a certificate and its key/);
      assert.doesNotMatch(error.message, /BEGIN/);
      return true;
    });
  });

  it('is refused by name when the file is missing', async () => {
    await assert.rejects(load('none.crt', 'a.key'), /cannot read .*none\.crt: ENOENT/);
  });
});

function fetchText(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, ca, agent: false }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
