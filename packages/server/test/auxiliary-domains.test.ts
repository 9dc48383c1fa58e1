/**
 * Domains of login names belong to one account: an auxiliary domain counts once DNS proves the account's ownership,
 * and an alias or domain that was given up is reserved for 30 days.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { Browser } from './browser.ts';
import { DnsServer } from './dns-server.ts';
import { SamlIdentityProvider } from './identity-providers.ts';
import { callRaw, type JsonAnswer } from './raw-request.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const OWN = '2026-11-24';
const DAY_MS = 86_400_000;

const idp = new SamlIdentityProvider({ entityId: 'https://idp.example.com/saml' });

eachServer((_, start) => {
  describe('domains of login names', () => {
    let dns: DnsServer;
    let server: TestServer;
    /** Server with a clock, shared with its clients, that these tests move ahead. */
    let later: TestServer;
    let ahead = 0;

    before(async () => {
      dns = await DnsServer.start();
      server = await start({ configuration: { dnsServers: dns.address } });
      later = await start({
        now: () => Date.now() + ahead,
        configuration: { dnsServers: dns.address },
      });
    });
    after(() => dns.close());

    const serverOf = new Map<TestAccount, TestServer>();

    async function newAccount(on: TestServer = server): Promise<TestAccount> {
      const account = await on.newAccount();
      serverOf.set(account, on);
      return account;
    }

    const call = async (
      of: TestAccount,
      version: string,
      action: string,
      parameters: Record<string, string> = {},
    ): Promise<JsonAnswer> => {
      const { url } = serverOf.get(of)!;
      const now = Date.now() + (url === later.url ? ahead : 0);
      return callRaw(url, of.key, 'ACS3 with a form', { version, action, parameters, now });
    };

    const done = async (...request: Parameters<typeof call>) => {
      const { code, message, body } = await call(...request);
      assert.equal(code, 'OK', `${request[2]}: ${message}`);
      return body;
    };

    const codeOf = async (...request: Parameters<typeof call>) => (await call(...request)).code;

    /** Creates an account with sign-in through a provider and an auxiliary domain. */
    async function accountWith(AuxiliaryDomain: string, on: TestServer = server): Promise<TestAccount> {
      const account = await newAccount(on);
      const set = { SsoEnabled: 'true', MetadataDocument: idp.metadata(), AuxiliaryDomain };
      await done(account, IMS, 'SetUserSsoSettings', set);
      return account;
    }

    const verify = (of: TestAccount) => done(of, OWN, 'VerifyAuxiliaryDomain');

    /** Publishes the DNS record that the server asks for. */
    async function writeRecord(of: TestAccount): Promise<void> {
      const { RecordName, RecordType, RecordValue } = await done(of, OWN, 'GetAuxiliaryDomain');
      assert.equal(RecordType, 'TXT');
      dns.records.set(String(RecordName), ['v=spf1 -all', String(RecordValue)]);
    }

    /** Returns whether a login name of the domain leads to an identity provider. */
    async function counts(domain: string, on: TestServer = server): Promise<boolean> {
      const { code } = await new Browser(on).call('BeginSamlSignIn', { LoginName: `alice@${domain}` });
      assert.match(code, /^(?:OK|EntityNotExist\.UserSso)$/);
      return code === 'OK';
    }

    test('an auxiliary domain counts once DNS has the record that the server gives', async () => {
      const domain = 'Corp-1.example.com';
      const account = await accountWith(domain);
      const asked = await done(account, OWN, 'GetAuxiliaryDomain');
      assert.equal(asked['Status'], 'Unproven');
      assert.equal(asked['RecordName'], '_claviger.corp-1.example.com');
      assert.equal(asked['RecordValue'], `claviger-account=${account.accountId}`);
      assert.equal(await counts(domain), false);

      assert.equal((await verify(account))['Fault'], 'RecordNotFound');
      dns.records.set('_claviger.corp-1.example.com', [
        'claviger-account=1000000000000001',
        'x'.repeat(3000),
      ]);
      assert.equal((await verify(account))['Fault'], 'RecordDiffers');
      dns.failing = true;
      assert.equal((await verify(account))['Fault'], 'DnsUnavailable');
      dns.failing = false;
      assert.equal(await counts(domain), false);

      await writeRecord(account);
      const proven = await verify(account);
      assert.deepEqual([proven['Status'], proven['Fault']], ['Proven', '']);
      assert.match(String(proven['ProvenDate']), /^\d{4}-.*Z$/);
      assert.equal(await counts(domain), true);
      assert.equal(await counts(domain.toUpperCase()), true);

      dns.records.clear();
      assert.equal((await verify(account))['Status'], 'Proven', 'it stays proven until it is given up');
      await done(account, IMS, 'SetUserSsoSettings', { AuxiliaryDomain: 'corp-1b.example.com' });
      assert.equal(await counts(domain), false);
      assert.equal((await done(account, OWN, 'GetAuxiliaryDomain'))['Status'], 'Unproven');
    });

    test("names of an unproven domain are not the account's, for its provider", async () => {
      const account = await accountWith('corp-2.example.com');
      await server.newUser(account, 'alice');
      await done(account, OWN, 'SetUserSsoResponsePolicy', { AcceptUnsolicited: 'true' });
      const signIn = async () => {
        const address = `${server.url}/saml/sign-in/${account.accountId}`;
        const response = idp.response({
          roles: [],
          subject: 'alice@corp-2.example.com',
          recipient: address,
          audience: `${server.url}/saml/metadata/${account.accountId}`,
        });
        const post = (body: URLSearchParams, headers: Record<string, string>) =>
          fetch(address, {
            method: 'POST',
            redirect: 'manual',
            headers: { ...headers, connection: 'close' },
            body,
          });
        const SAMLResponse = Buffer.from(response).toString('base64');
        const page = await post(new URLSearchParams({ SAMLResponse }), {
          origin: 'https://idp.example.com',
          'sec-fetch-site': 'cross-site',
        });
        const fields = [...(await page.text()).matchAll(/name="(\w+)" value="([^"]*)"/g)];
        const form = new URLSearchParams(fields.map(([, name, value]) => [name!, value!]));
        const answer = await post(form, { origin: server.url, 'sec-fetch-site': 'same-origin' });
        return answer.headers.get('location');
      };
      assert.match(String(await signIn()), /error=AuthenticationFail/);
      await writeRecord(account);
      await verify(account);
      assert.equal(await signIn(), '/');
    });

    test('a domain that an account has proven, or gave up less than 30 days ago, cannot be proven by another', async () => {
      const domain = 'corp-3.example.com';
      const [first, second] = [await accountWith(domain, later), await accountWith(domain, later)];
      await writeRecord(first);
      await verify(first);
      await writeRecord(second);
      const taken = 'EntityAlreadyExists.AuxiliaryDomain';
      assert.equal(await codeOf(second, OWN, 'VerifyAuxiliaryDomain'), taken);
      await done(first, IMS, 'SetUserSsoSettings', { AuxiliaryDomain: '' });
      assert.equal(await codeOf(second, OWN, 'VerifyAuxiliaryDomain'), taken);
      ahead += 29 * DAY_MS;
      assert.equal(await codeOf(second, OWN, 'VerifyAuxiliaryDomain'), taken);
      ahead += 2 * DAY_MS;
      assert.equal((await verify(second))['Status'], 'Proven');
    });

    test('an account that only claims a domain does not keep another from proving it', async () => {
      const domain = 'corp-4.example.com';
      const squatter = await accountWith(domain);
      await done(squatter, IMS, 'SetUserSsoSettings', { AuxiliaryDomain: '' });
      const owner = await accountWith(domain);
      await writeRecord(owner);
      assert.equal((await verify(owner))['Status'], 'Proven');
    });

    test('an alias that was given up is reserved for its account for 30 days, in both APIs', async () => {
      const [first, second] = [await newAccount(later), await newAccount(later)];
      const taken = 'EntityAlreadyExists.AccountAlias';
      const AccountAlias = 'harbour';
      const DefaultDomainName = 'harbour.onaliyun.com';
      await done(first, RAM, 'SetAccountAlias', { AccountAlias });
      await done(first, RAM, 'SetAccountAlias', { AccountAlias: 'lagoon' });
      assert.equal(await codeOf(second, RAM, 'SetAccountAlias', { AccountAlias }), taken);
      assert.equal(await codeOf(second, IMS, 'SetDefaultDomain', { DefaultDomainName }), taken);
      await done(first, RAM, 'SetAccountAlias', { AccountAlias });
      await done(first, RAM, 'ClearAccountAlias');
      for (const alias of ['harbour', 'lagoon']) {
        assert.equal(await codeOf(second, RAM, 'SetAccountAlias', { AccountAlias: alias }), taken);
      }
      ahead += 29 * DAY_MS;
      assert.equal(await codeOf(second, RAM, 'SetAccountAlias', { AccountAlias }), taken);
      ahead += 2 * DAY_MS;
      await done(second, RAM, 'SetAccountAlias', { AccountAlias });
      assert.equal(await codeOf(first, RAM, 'SetAccountAlias', { AccountAlias }), taken);
    });

    test('an alias spelled like a domain does not stand for the proven domain of another account', async () => {
      const domain = 'corp-6.example.com';
      const DefaultDomainName = `${domain}.onaliyun.com`;
      const [owner, early, late] = [await accountWith(domain), await newAccount(), await newAccount()];
      // Without the suffix, the alias is the domain.
      await done(early, IMS, 'SetDefaultDomain', { DefaultDomainName });
      const elsewhere = new SamlIdentityProvider({ entityId: 'https://elsewhere.example.com/saml' });
      await done(early, IMS, 'SetUserSsoSettings', {
        SsoEnabled: 'true',
        MetadataDocument: elsewhere.metadata(),
      });
      await writeRecord(owner);
      await verify(owner);
      const accountOf = async (loginName: string) => {
        const { code, body } = await new Browser(server).call('BeginSamlSignIn', { LoginName: loginName });
        assert.equal(code, 'OK');
        const request = new URL(String(body['Location'])).searchParams.get('SAMLRequest') ?? '';
        const text = inflateRawSync(Buffer.from(request, 'base64')).toString();
        return /saml\/metadata\/(\d+)/.exec(text)?.[1];
      };
      assert.equal(await accountOf(`alice@${domain}`), owner.accountId);
      assert.equal(await accountOf(`alice@${DefaultDomainName}`), early.accountId);

      await done(early, RAM, 'ClearAccountAlias');
      const taken = 'EntityAlreadyExists.AccountAlias';
      assert.equal(await codeOf(late, IMS, 'SetDefaultDomain', { DefaultDomainName }), taken);
      assert.equal(await codeOf(early, IMS, 'SetDefaultDomain', { DefaultDomainName }), taken);
      await done(owner, IMS, 'SetDefaultDomain', { DefaultDomainName: 'corp-6.onaliyun.com' });
    });

    test('without an auxiliary domain there is nothing to prove', async () => {
      const account = await newAccount();
      const { Status, RecordName } = await verify(account);
      assert.deepEqual([Status, RecordName], ['None', '']);
      await done(account, IMS, 'SetUserSsoSettings', { AuxiliaryDomain: account.domain });
      assert.equal((await verify(account))['Status'], 'Accepted', 'its own default domain');
      await done(account, RAM, 'SetAccountAlias', { AccountAlias: 'other-name' });
      const { Status: later, Fault } = await verify(account);
      assert.deepEqual([later, Fault], ['Unproven', 'NotProvable'], 'a default domain of another account');
    });

    test('with --allow-unverified-domains a domain counts without a proof, but a proven one wins', async () => {
      const lenient = await start({
        configuration: { dnsServers: dns.address, allowUnverifiedDomains: true },
      });
      const domain = 'corp-5.example.com';
      const first = await accountWith(domain, lenient);
      assert.equal(await counts(domain, lenient), true);
      const { Status } = await first.admin.call(OWN, 'GetAuxiliaryDomain');
      assert.equal(Status, 'Accepted');
    });
  });
});
