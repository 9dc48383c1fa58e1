/** Signatures of SAML assertions: a changed assertion never says anything that its provider has not signed. */
import assert from 'node:assert/strict';
import { constants, createHash, createHmac, sign, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { SamlIdentityProvider } from './identity-providers.ts';
import { replaced, SamlAccount } from './saml-account.ts';
import { eachServer } from './server.ts';

const idp = new SamlIdentityProvider();
const stranger = new SamlIdentityProvider();

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const excC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const c14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

const assertionOf = (text: string) => /<saml:Assertion.*<\/saml:Assertion>/s.exec(text)![0];
const signatureOf = (text: string) => /<Signature .*<\/Signature>/s.exec(text)![0];
const idOf = (text: string) => / ID="([^"]*)"/.exec(assertionOf(text))![1]!;

/** Deviations of a signature built by hand. */
interface HandMade {
  readonly signatureMethod?: string;
  readonly digestMethod?: string;
  readonly canonicalisation?: string;
  readonly transforms?: readonly string[];
  readonly uri?: string;
  readonly digest?: (assertion: string) => string;
  readonly sign?: (info: Buffer) => Buffer;
  /** Inserted in the signature after its value. */
  readonly after?: string;
  /** Inserted in the SignedInfo after its reference. */
  readonly inInfo?: string;
}

/**
 * Signs the assertion of a response without the library that verifies it: the signed text is in canonical form as it
 * is.
 */
function signedByHand(response: string, by = idp, made: HandMade = {}): string {
  const assertion = assertionOf(response);
  const {
    signatureMethod = rsaSha256,
    digestMethod = sha256,
    canonicalisation = excC14n,
    transforms = [`${dsig}enveloped-signature`, excC14n],
    uri = ` URI="#${idOf(response)}"`,
    digest = (text) => createHash('sha256').update(text).digest('base64'),
    sign: signing = (info) => sign('sha256', info, by.privateKey),
    after = '',
    inInfo = '',
  } = made;
  const steps = transforms.map((name) => `<ds:Transform Algorithm="${name}"></ds:Transform>`).join('');
  const info = [
    `<ds:CanonicalizationMethod Algorithm="${canonicalisation}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${signatureMethod}"></ds:SignatureMethod>`,
    `<ds:Reference${uri}><ds:Transforms>${steps}</ds:Transforms>`,
    `<ds:DigestMethod Algorithm="${digestMethod}"></ds:DigestMethod>`,
    `<ds:DigestValue>${digest(assertion)}</ds:DigestValue></ds:Reference>${inInfo}</ds:SignedInfo>`,
  ].join('');
  const value = signing(Buffer.from(`<ds:SignedInfo xmlns:ds="${dsig}">${info}`)).toString('base64');
  const signature = `<ds:Signature xmlns:ds="${dsig}"><ds:SignedInfo>${info}<ds:SignatureValue>${value}</ds:SignatureValue>${after}</ds:Signature>`;
  return response.replace(assertion, () =>
    replaced(assertion, '</saml:Issuer>', `</saml:Issuer>${signature}`),
  );
}

eachServer((_, start) => {
  describe('the signature of an assertion', () => {
    let corp: SamlAccount;
    before(async () => {
      corp = await SamlAccount.make(await start(), idp);
    });

    test('is accepted as providers usually make it: SHA-256 or SHA-512, either canonical form', async () => {
      for (const signing of [
        {},
        { signatureAlgorithm: 'sha512', digestAlgorithm: 'sha512' },
        { xmlSignatureTransforms: [`${dsig}enveloped-signature`, c14n] },
        { xmlSignatureTransforms: [`${dsig}enveloped-signature`, `${excC14n}WithComments`] },
        { publicCert: idp.certificate },
      ] as const) {
        await corp.accepts(corp.signed({}, undefined, signing));
      }
    });

    test('is accepted if built by hand, also with RSA-PSS and SHA-384', async () => {
      const by = (hash: string, padding: number) => (info: Buffer) =>
        sign(hash, info, { key: idp.privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
      await corp.accepts(signedByHand(corp.unsigned()));
      await corp.accepts(
        signedByHand(corp.unsigned(), idp, {
          signatureMethod: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
          sign: by('sha256', constants.RSA_PKCS1_PSS_PADDING),
        }),
      );
      await corp.accepts(
        signedByHand(corp.unsigned(), idp, {
          signatureMethod: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
          digestMethod: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
          digest: (text) => createHash('sha384').update(text).digest('base64'),
          sign: by('sha384', constants.RSA_PKCS1_PADDING),
        }),
      );
    });

    test('is accepted beside one of the whole response, which is ignored', async () => {
      const signed = corp.signed();
      const both = idp.sign(replaced(signed, / ID="([^"]*)" Version/, ' ID="_whole" Version'), 'Response');
      assert.equal(both.match(/<Signature /g)!.length, 2);
      await corp.accepts(both);
    });

    test('is required: one of the whole response is not enough', async () => {
      await corp.refuses(corp.unsigned(), /it is not signed itself/);
      await corp.refuses(idp.sign(corp.unsigned(), 'Response'), /it is not signed itself/);
    });

    test("is verified by the provider's key, whatever certificate it contains", async () => {
      const forged = stranger.sign(corp.unsigned(), 'Assertion', { publicCert: stranger.certificate });
      assert.match(forged, /<X509Certificate>/);
      await corp.refuses(forged);
      const borrowed = stranger.sign(corp.unsigned(), 'Assertion', { publicCert: idp.certificate });
      await corp.refuses(borrowed);
    });

    test('with SHA-1 in any part is refused', async () => {
      for (const signing of [
        { signatureAlgorithm: 'sha1', digestAlgorithm: 'sha1' },
        { signatureAlgorithm: 'sha1', digestAlgorithm: 'sha256' },
        { signatureAlgorithm: 'sha256', digestAlgorithm: 'sha1' },
      ] as const) {
        await corp.refuses(corp.signed({}, undefined, signing), /SHA-1: have its provider sign with SHA-256/);
      }
    });

    test('is refused as an HMAC with a public certificate as its secret', async () => {
      const certificate = new X509Certificate(idp.certificate);
      const secrets = [
        idp.certificate,
        idp.certificate.trim(),
        certificate.raw,
        certificate.publicKey.export({ type: 'spki', format: 'der' }),
        certificate.publicKey.export({ type: 'spki', format: 'pem' }),
        '',
      ];
      for (const [name, hash] of [
        [`${dsig}hmac-sha1`, 'sha1'],
        ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'],
      ] as const) {
        for (const secret of secrets) {
          const forged = signedByHand(corp.unsigned({ subject: 'mallory' }), idp, {
            signatureMethod: name,
            sign: (info) => createHmac(hash, secret).update(info).digest(),
          });
          await corp.refuses(forged, /unsupported form/);
        }
      }
    });

    test('has one accepted structure: any other is refused, even made by the provider', async () => {
      const id = '_one';
      const twice = (part: string) => part + part;
      const cases: Record<string, HandMade> = {
        'an algorithm that is none': { signatureMethod: 'constructor' },
        'a digest that is none': { digestMethod: '__proto__' },
        'no canonical form': { canonicalisation: `${dsig}enveloped-signature` },
        'no transforms': { transforms: [] },
        'the canonical form alone': { transforms: [excC14n] },
        'transforms the wrong way round': { transforms: [excC14n, `${dsig}enveloped-signature`] },
        'an XPath': {
          transforms: [`${dsig}enveloped-signature`, 'http://www.w3.org/TR/1999/REC-xpath-19991116'],
        },
        'a style sheet': {
          transforms: [`${dsig}enveloped-signature`, 'http://www.w3.org/TR/1999/REC-xslt-19991116'],
        },
        Base64: { transforms: [`${dsig}enveloped-signature`, `${dsig}base64`] },
        'one step more': { transforms: [`${dsig}enveloped-signature`, excC14n, excC14n] },
        'no reference': { uri: '' },
        'the whole document': { uri: ' URI=""' },
        'another element': { uri: ' URI="#_other"' },
        'an XPointer': { uri: ` URI="#xpointer(id('${id}'))"` },
        'a document elsewhere': { uri: ' URI="http://127.0.0.1/assertion"' },
        'a second reference': {
          inInfo: `<ds:Reference URI="#${id}"><ds:Transforms></ds:Transforms></ds:Reference>`,
        },
        'a second method': { inInfo: `<ds:SignatureMethod Algorithm="${rsaSha256}"></ds:SignatureMethod>` },
        'an object': { after: '<ds:Object></ds:Object>' },
        'a second value': { after: '<ds:SignatureValue>AAAA</ds:SignatureValue>' },
        'a second SignedInfo': { after: '<ds:SignedInfo></ds:SignedInfo>' },
        'two keys': { after: twice('<ds:KeyInfo></ds:KeyInfo>') },
      };
      for (const [name, made] of Object.entries(cases)) {
        const text = signedByHand(corp.unsigned({ id }), idp, made);
        await corp.refuses(text, /unsupported form/).catch((error) => {
          throw new Error(`with ${name}`, { cause: error });
        });
      }
      const [methods] = /<ds:SignatureMethod[^>]*>/.exec(signedByHand(corp.unsigned()))!;
      // An element of another namespace before it: a reader that searches by local name takes it for the
      // signature's.
      const decoy = `<x:Decoy xmlns:x="urn:x"><x:SignatureMethod Algorithm="${dsig}rsa-sha1"/></x:Decoy>`;
      const signed = signedByHand(corp.unsigned());
      await corp.refuses(replaced(signed, methods, decoy + methods), /unsupported form/);
      const twoSignatures = replaced(
        signed,
        '<saml:Subject>',
        `${/<ds:Signature .*<\/ds:Signature>/s.exec(signed)![0]}<saml:Subject>`,
      );
      await corp.refuses(twoSignatures, /unsupported form/);
      await corp.refuses(
        replaced(signed, `<ds:Signature xmlns:ds="${dsig}">`, '<ds:Signature xmlns:ds="urn:x">'),
        /unsupported form/,
      );
      for (const ID of ['', 'a b', '1', "x'y", '#']) {
        await corp.refuses(signedByHand(corp.unsigned({ id: ID })), /unsupported form/);
      }
    });

    test('is refused when a byte of the signed text was changed', async () => {
      const signed = signedByHand(corp.unsigned());
      for (const [what, by] of [
        ['alice@example.com', 'alice@example.con'],
        ['>alice<', '>alicf<'],
        ['urn:alibaba:cloudcomputing<', 'urn:alibaba:cloudcomputing:international<'],
        ['https://signin.aliyun.com/', 'https://signin.alibabacloud.com/'],
        [/NotOnOrAfter="20(\d\d)/, 'NotOnOrAfter="2099'],
        [corp.pair, `${corp.pair}</saml:AttributeValue><saml:AttributeValue>${corp.pair}`],
        ['<saml:AuthnStatement', '<saml:Advice></saml:Advice><saml:AuthnStatement'],
        ['nameid-format:persistent', 'nameid-format:transient'],
        ['<saml:Subject>', '<saml:Subject xmlns:saml="urn:other">'],
        ['<ds:DigestValue>', '<ds:DigestValue>A'],
        ['<ds:SignatureValue>', '<ds:SignatureValue>A'],
      ] as const) {
        await corp.refuses(replaced(signed, what, by));
      }
    });

    test('does not allow a text to be cut: a comment, an instruction or CDATA within is refused', async () => {
      const signed = signedByHand(corp.unsigned({ subject: 'admin@example.com.evil.example' }));
      for (const aside of [
        '<!---->',
        '<!-- x -->',
        '<?x?>',
        '<?x .evil.example?>',
        '<![CDATA[]]>',
        '<![CDATA[.com]]>',
      ]) {
        for (const place of ['.evil', '</saml:NameID>', '</saml:AttributeValue>', '</ds:DigestValue>']) {
          await corp.refuses(replaced(signed, place, aside + place), /it has a comment/);
        }
      }
    });

    test('covers the meaning of white space and character references, not their spelling', async () => {
      const signed = signedByHand(corp.unsigned());
      // The same assertion to every XML reader, so it is accepted with the same content.
      const same = replaced(
        replaced(signed, 'alice@example.com', '&#97;lice@example&#x2e;com'),
        '<saml:Conditions ',
        '<saml:Conditions\n  ',
      );
      assert.equal((await corp.accepts(same)).subject, 'alice@example.com');
    });

    test('confirms exactly what was signed if namespaces are manipulated', async () => {
      const signed = signedByHand(corp.unsigned({ subject: 'alice' }));
      // Attributes whose names begin with `xmlns` are left out by some canonical forms.
      const bent = replaced(signed, '<saml:NameID ', '<saml:NameID xmlnsx="mallory" ');
      const { code, body } = await corp.show(bent);
      if (code === 'OK') assert.equal((body['SAMLAssertionInfo'] as { Subject: string }).Subject, 'alice');
      await corp.refuses(
        replaced(
          signed,
          '<saml:Subject>',
          '<x:Subject xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"><x:NameID>mallory</x:NameID></x:Subject><saml:Subject>',
        ),
      );
    });
  });

  describe('a wrapped assertion', () => {
    let corp: SamlAccount;
    before(async () => {
      corp = await SamlAccount.make(await start(), idp);
    });

    /** XSW 1–8 of Somorovsky and others, for a signed assertion, a signed response, and both. */
    test('opens no session for a subject it does not name: the eight variants of signature wrapping', async () => {
      const useless = {
        roles: ['acs:ram::1234567890123456:role/x,acs:ram::1234567890123456:saml-provider/x'],
      };
      const makers: Record<string, () => string> = {
        'the assertion signed': () => corp.signed({ ...useless, id: '_signed' }),
        'both signed': () =>
          idp.sign(
            replaced(
              corp.signed({ ...useless, id: '_signed' }),
              /(<samlp:Response [^>]* )ID="[^"]*"/,
              '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_whole"',
            ),
            'Response',
          ),
        'the response signed': () => idp.sign(corp.unsigned({ ...useless, id: '_signed' }), 'Response'),
      };
      for (const [name, make] of Object.entries(makers)) {
        const genuine = make();
        const original = assertionOf(genuine);
        const signature = signatureOf(genuine);
        const bare = original.replace(/<Signature .*<\/Signature>/s, '');
        const evil = (id: string) => idp.assertion({ roles: [corp.pair], subject: 'mallory', id });
        const within = (text: string, what: string) =>
          replaced(text, '</saml:Issuer>', `</saml:Issuer>${what}`);
        const atEnd = (text: string, what: string) =>
          replaced(text, '</saml:Assertion>', `${what}</saml:Assertion>`);
        const withObject = (object: string) =>
          replaced(signature, '</Signature>', `<Object>${object}</Object></Signature>`);
        const response = (inside: string) => genuine.replace(original, () => inside);
        const forgedResponse = (inside: string) =>
          corp.unsigned().replace(/<saml:Assertion.*<\/saml:Assertion>/s, () => inside);
        const attacks: Record<string, string> = {
          // The whole response moved: into its own signature, beside the forged one, into extensions.
          'XSW 1': replaced(
            forgedResponse(evil('_evil')),
            '<samlp:Status>',
            `${withObject(genuine)}<samlp:Status>`,
          ),
          'XSW 2': replaced(
            forgedResponse(evil('_evil')),
            '<samlp:Status>',
            `${genuine}${signature}<samlp:Status>`,
          ),
          // The signed assertion beside, within and around the forged one.
          'XSW 3': response(evil('_evil') + original),
          'XSW 3, the other way round': response(original + evil('_evil')),
          'XSW 3, of the same ID': response(evil('_signed') + original),
          'XSW 4': response(atEnd(evil('_evil'), original)),
          'XSW 5': response(`${within(evil('_evil'), signature)}${bare}`),
          'XSW 5, of the same ID': response(`${within(evil('_signed'), signature)}${bare}`),
          'XSW 6': response(within(evil('_evil'), withObject(bare))),
          'XSW 6, of the same ID': response(within(evil('_signed'), withObject(bare))),
          'XSW 7': response(`<samlp:Extensions>${original}</samlp:Extensions>${evil('_evil')}`),
          'XSW 7, of the same ID': response(
            `<samlp:Extensions>${original}</samlp:Extensions>${within(evil('_signed'), signature)}`,
          ),
          'XSW 8': response(within(evil('_evil'), withObject(original))),
          // Later variants.
          'the signature of another assertion': response(within(evil('_evil'), signature)),
          'its ID taken over': response(within(evil('_signed'), signature)),
          'an encrypted one beside it': response(
            `${evil('_evil')}<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${original}</saml:EncryptedAssertion>`,
          ),
          'an encrypted one alone': response(
            `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><x/></saml:EncryptedAssertion>`,
          ),
          'one in another namespace before it': response(
            `<x:Assertion xmlns:x="urn:x" ID="_x" Version="2.0"/>${original}`,
          ),
          'the same one twice': response(original + original),
          'as the root': original,
          'within another root': `<x>${genuine}</x>`,
          'in a response in a response': forgedResponse(genuine),
        };
        for (const [attack, text] of Object.entries(attacks)) {
          const outcome = await corp.show(text);
          assert.notEqual(outcome.code, 'OK', `${attack}, ${name}`);
          assert.deepEqual(
            [outcome.status, outcome.code],
            [401, 'AuthenticationFail.SAMLAssertion.Invalid'],
            `${attack}, ${name}`,
          );
        }
      }
    });

    test('is refused, or yields what was signed, if another element has the same ID', async () => {
      const signed = corp.signed({ id: '_signed', subject: 'alice' });
      for (const twin of [
        '<x:y xmlns:x="urn:x" ID="_signed"/>',
        '<x:y xmlns:x="urn:x" Id="_signed"/>',
        '<x:y xmlns:x="urn:x" id="_signed"/>',
      ]) {
        await corp.refuses(replaced(signed, '<samlp:Status>', `${twin}<samlp:Status>`));
      }
    });
  });

  describe('an untrusted response', () => {
    let corp: SamlAccount;
    before(async () => {
      corp = await SamlAccount.make(await start(), idp);
    });

    test('has no document type, so no entities: internal, of a file, of the network, or a billion', async () => {
      const laughs = Array.from(
        { length: 9 },
        (_unused, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
      ).join('');
      for (const type of [
        '<!DOCTYPE x>',
        '<!doctype x>',
        '<!DOCTYPE x [<!ENTITY e "mallory">]>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x.dtd"> %e;]>',
        `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`,
        '<!DocType x>',
      ]) {
        for (const prologue of ['', '<?xml version="1.0"?>', '\ufeff']) {
          const text =
            prologue +
            type +
            replaced(
              corp.signed(),
              'alice@example.com',
              type.includes('ENTITY e') ? '&e;' : 'alice@example.com&#32;',
            );
          await corp.refuses(text, /a document type/);
        }
      }
      await corp.refuses(replaced(corp.signed(), 'alice@example.com', '&e;'), /not well-formed/);
      // An entity of HTML is undefined in XML.
      await corp.refuses(replaced(corp.signed(), 'alice@example.com', '&nbsp;'), /not well-formed/);
    });

    test('is Base64 of UTF-8 in the one form that all readers accept', async () => {
      const base64 = Buffer.from(corp.signed()).toString('base64');
      const inLines = corp.signed();
      await corp.accepts([Buffer.from(inLines).toString('base64').replace(/.{76}/g, '$&\r\n')]);
      for (const encoded of [
        `%${base64}`,
        `${base64}%00`,
        base64.replace(/A/, '_'),
        base64.replace(/A/, '-'),
        base64.replace(/A/, '.'),
        `data:application/xml;base64,${base64}`,
        `=${base64}`,
        Buffer.concat([Buffer.from(corp.signed()), Buffer.from([0xff])]).toString('base64'),
        Buffer.from(corp.signed(), 'utf16le').toString('base64'),
      ]) {
        await corp.refuses([encoded], /not the Base64 of a text|not well-formed/);
      }
    });

    test('is one SAML 2.0 response with status success, for this recipient', async () => {
      for (const [what, by, reason] of [
        ['samlp:Response ', 'samlp:Other ', /not a SAML 2.0 response/],
        [
          'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"',
          'xmlns:samlp="urn:other"',
          /not a SAML 2.0 response/,
        ],
        [' Version="2.0" IssueInstant', ' Version="1.1" IssueInstant', /not a SAML 2.0 response/],
        ['status:Success', 'status:Requester', /status is not Success/],
        [/<samlp:Status>.*<\/samlp:Status>/, '', /status is not Success/],
        [
          ' Version="2.0" IssueInstant',
          ' Version="2.0" Destination="https://example.com/sso" IssueInstant',
          /another destination/,
        ],
        [' Version="2.0" IssueInstant', ' Version="2.0" Destination="" IssueInstant', /another destination/],
      ] as const) {
        await corp.refuses(
          replaced(corp.signed(), what, by).replace(
            '</samlp:Response>',
            what === 'samlp:Response ' ? '</samlp:Other>' : '</samlp:Response>',
          ),
          reason,
        );
      }
      const destined =
        ' Version="2.0" Destination="https://signin.aliyun.com/saml-role/sso" InResponseTo="_1" IssueInstant';
      await corp.accepts(replaced(corp.signed(), ' Version="2.0" IssueInstant', destined));
    });

    test('is strictly well-formed', async () => {
      const signed = corp.signed();
      for (const text of [
        '',
        'hello',
        '<',
        `${signed}<x/>`,
        `${signed}x`,
        `x${signed}`,
        signed.slice(0, -1),
        replaced(signed, ' Version="2.0"', ' Version=2.0'),
        replaced(signed, ' Version="2.0"', ' Version="2.0" Version="2.0"'),
        replaced(signed, '<samlp:Status>', '<samlp:Status a:b="1">'),
        replaced(signed, '<samlp:Status>', '<samlp:Status xmlns:a="u" xmlns:b="u" a:x="1" b:x="2">'),
        replaced(signed, '<samlp:Status>', '<x:y/><samlp:Status>'),
        replaced(signed, '</samlp:Status>', '</samlp:Status >x<'),
        replaced(signed, '<samlp:Status>', '&#0;<samlp:Status>'),
      ]) {
        const { status, code } = await corp.show(text === '' ? ['===='] : text);
        assert.deepEqual(
          [status, code],
          [401, 'AuthenticationFail.SAMLAssertion.Invalid'],
          text.slice(0, 80),
        );
      }
    });

    test('is bounded in elements, attributes, depth and length', async () => {
      const padded = (padding: string) =>
        replaced(corp.signed(), '<samlp:Status>', `<x>${padding}</x><samlp:Status>`);
      await corp.refuses(padded('<a/>'.repeat(1500)), /more than 1500 elements/);
      await corp.refuses(
        padded(`<a ${Array.from({ length: 3000 }, (_unused, n) => `a${n}=""`).join(' ')}/>`),
        /more than 3000 attributes/,
      );
      await corp.refuses(padded('<a>'.repeat(32) + '</a>'.repeat(32)), /more than 32 deep/);
      const long = await corp.show(padded('x'.repeat(80_000)));
      assert.equal(long.status, 400);
      await corp.accepts(padded('<a b="c"/>'.repeat(1000)));
    });
  });

  describe('the certificates of a provider', () => {
    test('all verify while the provider changes its key; a removed one does not', async () => {
      const old = new SamlIdentityProvider();
      const next = new SamlIdentityProvider();
      const corp = await SamlAccount.make(await start(), old, old.metadata(next));
      const by = (provider: SamlIdentityProvider) => provider.sign(corp.unsigned(), 'Assertion');
      await corp.accepts(by(old));
      await corp.accepts(by(next));
      await corp.admin('2019-08-15', 'UpdateSAMLProvider', {
        SAMLProviderName: 'corp',
        NewEncodedSAMLMetadataDocument: next.metadata(),
      });
      await corp.refuses(by(old));
      await corp.accepts(by(next));
    });

    test('verify within their own validity only', async () => {
      let ahead = 0;
      const server = await start({ now: () => Date.now() + ahead });
      const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
      const now = Date.now();
      const expiring = new SamlIdentityProvider({ validity: ['20200101000000Z', stamp(now + 300_000)] });
      const coming = new SamlIdentityProvider({ validity: [stamp(now + 120_000), '20991231235959Z'] });
      const corp = await SamlAccount.make(server, expiring, expiring.metadata(coming));
      const by = (provider: SamlIdentityProvider) =>
        provider.sign(corp.unsigned({ notOnOrAfter: now + 3_600_000 }), 'Assertion');
      await corp.accepts(by(expiring));
      await corp.refuses(by(coming));
      ahead = 200_000;
      await corp.accepts(by(expiring));
      await corp.accepts(by(coming));
      ahead = 400_000;
      await corp.refuses(by(expiring));
      await corp.accepts(by(coming));
    });
  });

  describe('a caller without a valid assertion', () => {
    test('does not learn whether an account, a provider or a key exists', async () => {
      const server = await start();
      const corp = await SamlAccount.make(server, idp);
      const { accountId } = corp.account;
      for (const text of [
        stranger.sign(corp.unsigned(), 'Assertion'),
        corp.unsigned(),
        'hello',
        '<!DOCTYPE x>',
      ]) {
        const seen = new Set<string>();
        for (const SAMLProviderArn of [
          corp.providerArn,
          `acs:ram::${accountId}:saml-provider/missing`,
          `acs:ram::${accountId}:saml-provider/missing-`,
          'acs:ram::1999999999999999:saml-provider/corp',
        ]) {
          for (const RoleArn of [corp.roleArn, `acs:ram::${accountId}:role/missing`]) {
            const { status, code, message } = await corp.show(text, { SAMLProviderArn, RoleArn });
            seen.add(`${status} ${code} ${message}`);
          }
        }
        assert.equal(seen.size, 1, [...seen].join('\n'));
      }
    });

    test('is recorded without the assertion, and without an account', async () => {
      const server = await start({ configuration: { audit: 'strict' } });
      const corp = await SamlAccount.make(server, idp);
      const text = stranger.sign(corp.unsigned({ subject: 'mallory-was-here' }), 'Assertion');
      const { requestId } = await corp.refuses(text);
      const row = await server.services.store.queries
        .selectFrom('audit_records')
        .selectAll()
        .where('event_id', '=', requestId)
        .executeTakeFirstOrThrow();
      assert.equal(row.account_id, '');
      assert.equal(row.error_code, 'AuthenticationFail.SAMLAssertion.Invalid');
      const encoded = Buffer.from(text).toString('base64');
      for (const part of ['mallory-was-here', encoded.slice(100, 140), 'SAMLAssertion"']) {
        assert.ok(!JSON.stringify(row).includes(part), part);
        assert.ok(!server.log.join('\n').includes(part), part);
      }
    });
  });
});
