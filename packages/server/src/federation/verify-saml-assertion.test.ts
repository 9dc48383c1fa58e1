import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SamlIdentityProvider } from '../../test/identity-providers.ts';
import { Refusal } from '../errors/refusal.ts';
import { AssertionThrottle } from './assertion-throttle.ts';
import { readSamlMetadata } from './saml-metadata.ts';
import { type SamlAssertion, verifySamlAssertion } from './verify-saml-assertion.ts';

const mutants = Number(process.env['CLAVIGER_SAML_MUTANTS'] ?? 2000);

/** Random numbers from 0 to below `bound`, reproducible (mulberry32). */
function dice(seed: number) {
  let state = seed;
  return (bound: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Fragments of attacks. */
const scraps = [
  '<!---->',
  '<!-- -->',
  '<?x y?>',
  '<![CDATA[x]]>',
  '<!DOCTYPE x>',
  '&#0;',
  '&amp;',
  '&x;',
  '\r\n',
  '\u2028',
  '\ud800',
  ' ',
  ' ID="_evil"',
  ' xmlns="urn:x"',
  ' xmlns:saml="urn:x"',
  ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
  ' xmlnsx="y"',
  '</saml:NameID><saml:NameID>mallory',
  '<saml:AttributeValue>mallory</saml:AttributeValue>',
  '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_evil" Version="2.0">',
  '</saml:Assertion>',
  '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"></Signature>',
  '<Object>',
  'mallory',
];

/** Mutates a text: flips a bit, or doubles, moves, deletes or inserts a part. */
function mutated(text: string, roll: (bound: number) => number): string {
  const tags = [...text.matchAll(/<[^>]*>/g)].map(
    ({ index, 0: tag }) => [index, index + tag.length] as const,
  );
  const tag = () => tags[roll(tags.length)]!;
  const at = roll(text.length);
  switch (roll(7)) {
    case 0:
      return (
        text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << roll(7))) + text.slice(at + 1)
      );
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + roll(4));
    case 2: {
      // Between two tags: doubles or moves a part of the document.
      const [from, to] = [tag()[0], tag()[1]].sort((one, other) => one - other) as [number, number];
      const part = text.slice(from, to);
      const place = tag()[roll(2)]!;
      const rest = roll(2) === 0 ? text : text.replace(part, '');
      return rest.slice(0, place) + part + rest.slice(place);
    }
    case 3: {
      const [from, to] = tag();
      return text.slice(0, from) + text.slice(to);
    }
    case 4: {
      const place = tag()[roll(2)]!;
      return text.slice(0, place) + scraps[roll(scraps.length)] + text.slice(place);
    }
    case 5: {
      const [, to] = tag();
      return text.slice(0, to - 1) + scraps[roll(scraps.length)] + text.slice(to - 1);
    }
    default:
      return text.slice(0, at) + scraps[roll(scraps.length)] + text.slice(at);
  }
}

describe('a mutated signed response', () => {
  const idp = new SamlIdentityProvider();
  const metadata = readSamlMetadata(idp.metadata());
  assert.ok(!('fault' in metadata));
  const now = Date.now();
  const verify = (text: string): SamlAssertion =>
    verifySamlAssertion(Buffer.from(text).toString('base64'), metadata, now, new AssertionThrottle());

  test(`yields what was signed, or is refused: ${mutants} random mutants`, () => {
    const genuine = idp.response({
      roles: ['acs:ram::1234567890123456:role/r,acs:ram::1234567890123456:saml-provider/p'],
    });
    const said = verify(genuine);
    let unharmed = 0;
    for (let seed = 0; seed < mutants; seed++) {
      const roll = dice(seed);
      let text = mutated(genuine, roll);
      while (roll(3) === 0) text = mutated(text, roll);
      try {
        assert.deepEqual(verify(text), said, `mutant ${seed}: ${text}`);
        unharmed += 1;
      } catch (error) {
        if (!(error instanceof Refusal)) throw new Error(`mutant ${seed}: ${text}`, { cause: error });
        assert.match(error.code, /^AuthenticationFail\.SAMLAssertion\./);
      }
    }
    // Some mutations change only unsigned parts, such as the response's own ID; most do not.
    assert.ok(unharmed < mutants / 3, `${unharmed} of ${mutants}`);
  });
});
