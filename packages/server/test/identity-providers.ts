import { createSign, generateKeyPairSync, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import xml from '@node-saml/node-saml/lib/xml.js';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';

/** Differences from a valid assertion. */
export interface AssertionChanges {
  readonly id?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly recipient?: string;
  /** Time of the issue; now if absent. */
  readonly now?: number;
  readonly notBefore?: number;
  readonly notOnOrAfter?: number;
  readonly subject?: string;
  readonly sessionName?: string;
  /** Values of the attribute SourceIdentity. */
  readonly sourceIdentity?: readonly string[];
  readonly sessionSeconds?: string;
  readonly sessionEndsBy?: number;
  /** Request that it answers. */
  readonly inResponseTo?: string;
  /** Each `roleArn,providerArn`. */
  readonly roles: readonly string[];
}

/** Differences from the default provider. */
export interface SamlIdentityProviderOptions {
  readonly entityId?: string;
  readonly keyBits?: number;
  /** Validity of its certificate: `20200101000000Z`. */
  readonly validity?: readonly [from: string, until: string];
}

/** Differences from the default signature. */
export interface Signing {
  readonly signatureAlgorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly digestAlgorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly xmlSignatureTransforms?: readonly string[];
  /** PEM of a certificate that is added to the signature. */
  readonly publicCert?: string;
}

/** SAML 2.0 identity provider that signs any content. */
export class SamlIdentityProvider {
  readonly entityId: string;
  readonly privateKey: KeyObject;
  readonly #certificate: Buffer;

  constructor({ entityId, keyBits = 2048, validity }: SamlIdentityProviderOptions = {}) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
    this.entityId = entityId ?? 'https://idp.example.com/saml';
    this.privateKey = privateKey;
    this.#certificate = selfSigned(privateKey, publicKey, validity ?? ['20200101000000Z', '20991231235959Z']);
  }

  /** PEM. */
  get certificate(): string {
    return new X509Certificate(this.#certificate).toString();
  }

  /** Returns the Base64 metadata for CreateSAMLProvider. @param others whose certificates are included */
  metadata(...others: readonly SamlIdentityProvider[]): string {
    const keys = [this, ...others].map((provider) => provider.#keyDescriptor).join('');
    return encode(
      `<?xml version="1.0"?><md:EntityDescriptor entityID="${this.entityId}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${new URL('/sso?tenant=1', this.entityId).href.replace('&', '&amp;')}"/></md:IDPSSODescriptor></md:EntityDescriptor>`,
    );
  }

  get #keyDescriptor(): string {
    return `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>\n${this.#certificate.toString('base64')}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
  }

  /** Returns a response with a signed assertion, as XML. */
  response(changes: AssertionChanges): string {
    return this.sign(this.unsignedResponse(changes), 'Assertion');
  }

  /** Signs the only element of that name. */
  sign(text: string, element: 'Assertion' | 'Response', signing: Signing = {}): string {
    const path = `//*[local-name(.)='${element}']`;
    return xml.signXml(
      text,
      path,
      { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' },
      {
        privateKey: this.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        signatureAlgorithm: 'sha256',
        digestAlgorithm: 'sha256',
        ...(signing as { xmlSignatureTransforms: string[] }),
      },
    );
  }

  unsignedResponse(changes: AssertionChanges): string {
    return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_${randomUUID()}" Version="2.0" IssueInstant="${new Date().toISOString()}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${this.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${this.assertion(changes)}</samlp:Response>`;
  }

  /** Returns an unsigned assertion, in the form of exclusive canonicalisation. */
  assertion(changes: AssertionChanges): string {
    const now = changes.now ?? Date.now();
    const instant = (milliseconds: number) => new Date(milliseconds).toISOString();
    const end = instant(changes.notOnOrAfter ?? now + 300_000);
    const attribute = (name: string, values: readonly string[]) =>
      `<saml:Attribute Name="https://www.aliyun.com/SAML-Role/Attributes/${name}">${values
        .map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
        .join('')}</saml:Attribute>`;
    const recipient = changes.recipient ?? 'https://signin.aliyun.com/saml-role/sso';
    const sessionEnd =
      changes.sessionEndsBy === undefined ? '' : ` SessionNotOnOrAfter="${instant(changes.sessionEndsBy)}"`;
    return [
      `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${changes.id ?? `_${randomUUID()}`}" IssueInstant="${instant(now)}" Version="2.0">`,
      `<saml:Issuer>${changes.issuer ?? this.entityId}</saml:Issuer>`,
      '<saml:Subject>',
      `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${changes.subject ?? 'alice@example.com'}</saml:NameID>`,
      '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
      `<saml:SubjectConfirmationData${changes.inResponseTo === undefined ? '' : ` InResponseTo="${changes.inResponseTo}"`} NotOnOrAfter="${end}" Recipient="${recipient}"></saml:SubjectConfirmationData>`,
      '</saml:SubjectConfirmation></saml:Subject>',
      `<saml:Conditions NotBefore="${instant(changes.notBefore ?? now - 1000)}" NotOnOrAfter="${end}">`,
      `<saml:AudienceRestriction><saml:Audience>${changes.audience ?? 'urn:alibaba:cloudcomputing'}</saml:Audience></saml:AudienceRestriction>`,
      '</saml:Conditions>',
      `<saml:AuthnStatement AuthnInstant="${instant(now)}"${sessionEnd}></saml:AuthnStatement>`,
      '<saml:AttributeStatement>',
      attribute('Role', changes.roles),
      attribute('RoleSessionName', [changes.sessionName ?? 'alice']),
      changes.sourceIdentity === undefined ? '' : attribute('SourceIdentity', changes.sourceIdentity),
      changes.sessionSeconds === undefined ? '' : attribute('SessionDuration', [changes.sessionSeconds]),
      '</saml:AttributeStatement></saml:Assertion>',
    ].join('');
  }
}

/** Signing key of an OIDC provider. */
export interface OidcKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** OpenID Connect identity provider on this machine. */
export class OidcIdentityProvider {
  readonly #server: Server;
  #keys: OidcKey[] = [];
  /** Number of requests for its keys. */
  keyRequests = 0;
  /** Documents that replace its own, by path; a function answers by itself. */
  readonly documents: Record<string, unknown> = {};

  private constructor(server: Server) {
    this.#server = server;
    this.changeKey();
    server.on('request', async (request, response) => {
      const documents: Record<string, () => unknown> = {
        '/.well-known/openid-configuration': () => ({
          issuer: this.issuer,
          jwks_uri: `${this.issuer}/keys`,
        }),
        '/keys': async () => {
          this.keyRequests += 1;
          const keys = this.#keys.map(async ({ kid, publicKey }) => ({
            ...(await exportJWK(publicKey)),
            kid,
            use: 'sig',
          }));
          return { keys: await Promise.all(keys) };
        },
      };
      const path = request.url ?? '';
      const own = this.documents[path];
      if (typeof own === 'function') return own(request, response);
      const document = own === undefined ? documents[path] : () => own;
      if (document === undefined) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(await document()));
    });
  }

  static async start(): Promise<OidcIdentityProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OidcIdentityProvider(server);
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Replaces the signing key; the old one is no longer published. */
  changeKey(): void {
    this.#keys = [{ kid: randomUUID(), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }];
  }

  get key(): OidcKey {
    return this.#keys[0]!;
  }

  /** Returns a valid token with `changes`; `undefined` removes a claim. */
  async token(
    changes: { readonly [claim: string]: unknown } = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { kid, privateKey } = this.key;
    return new SignJWT(this.claims(changes))
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(privateKey);
  }

  /** Returns valid claims with `changes`. */
  claims(changes: { readonly [claim: string]: unknown } = {}): JWTPayload {
    const seconds = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      sub: 'system:serviceaccount:default:builder',
      aud: 'sts.aliyuncs.com',
      iat: seconds - 1,
      exp: seconds + 300,
      ...changes,
    };
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64');

/** Returns a self-signed certificate for an RSA key (RFC 5280), with the fields that metadata needs. */
function selfSigned(
  privateKey: KeyObject,
  publicKey: KeyObject,
  validityTimes: readonly [string, string],
): Buffer {
  const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    const length =
      content.length < 0x80
        ? [content.length]
        : content.length < 0x100
          ? [0x81, content.length]
          : [0x82, content.length >> 8, content.length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...length]), content]);
  };
  const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
  const algorithm = sequence(Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const name = sequence(
    der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('idp.example.com')))),
  );
  const validity = sequence(...validityTimes.map((text) => der(0x18, Buffer.from(text))));
  const toBeSigned = sequence(
    Buffer.from('a003020102', 'hex'),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(privateKey);
  return sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
}
