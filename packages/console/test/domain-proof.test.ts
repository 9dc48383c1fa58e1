/** Section of the SSO page on the auxiliary domain: the DNS record and its check. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { DnsServer } from '../../server/test/dns-server.ts';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { PASSWORD, startForSuite } from './console.ts';

interface SsoWords {
  readonly domainProof: Readonly<Record<'title' | 'name' | 'value' | 'verify', string>> & {
    readonly status: Readonly<Record<string, string>>;
    readonly fault: Readonly<Record<string, string>>;
  };
}

describe('proof of an auxiliary domain in the console', { skip: CHROMIUM_MISSING }, async () => {
  const dns = await DnsServer.start();
  const { console, account } = await startForSuite({ dnsServers: dns.address });
  after(() => dns.close());

  const statusNow = async () => {
    const answer: Readonly<Record<string, unknown>> = await account.admin.call(
      '2026-11-24',
      'GetAuxiliaryDomain',
    );
    return answer['Status'];
  };

  for (const [language, width] of [
    ['en', 'desktop'],
    ['zh-TW', 'phone'],
    ['zh-CN', 'desktop'],
  ] as const) {
    test(`the record is shown, checked, and accepted once it is published: ${language}, ${width}`, async () => {
      const { domainProof: t }: SsoWords = JSON.parse(
        readFileSync(new URL(`../src/locales/${language}/sso.json`, import.meta.url), 'utf8'),
      );
      const domain = `${language.toLowerCase()}.corp.example.com`;
      await account.admin.call('2019-08-15', 'SetUserSsoSettings', { AuxiliaryDomain: domain });
      const admin = await console.newConsoleUser(account, `admin-${language}`, ['AdministratorAccess']);
      const { page } = await console.openSignedIn(admin.loginName, PASSWORD, {
        language,
        width,
        steppedUp: true,
      });
      await page.goto('/sso?tab=user-sso');
      const section = page.getByRole('region', { name: t.title.replace('{{domain}}', domain) });
      await section.getByText(t.status['Unproven']!).waitFor();
      const name = `_claviger.${domain}`;
      const value = `claviger-account=${account.accountId}`;
      await section.getByText(name, { exact: true }).waitFor();
      await section.getByText(value, { exact: true }).waitFor();
      await assertAccessible(page, 'sso, domain not proven');

      const verify = section.getByRole('button', { name: t.verify });
      await verify.click();
      await section.getByText(t.fault['RecordNotFound']!).waitFor();
      dns.records.set(name, ['claviger-account=1000000000000001']);
      await verify.click();
      await section.getByText(t.fault['RecordDiffers']!).waitFor();
      dns.failing = true;
      await verify.click();
      await section.getByText(t.fault['DnsUnavailable']!).waitFor();
      dns.failing = false;
      assert.equal(await statusNow(), 'Unproven');

      dns.records.set(name, ['v=spf1 -all', value]);
      await verify.click();
      await section.getByText(t.status['Proven']!).waitFor();
      await verify.waitFor({ state: 'hidden' });
      await assertAccessible(page, 'sso, domain proven');
      assert.equal(await statusNow(), 'Proven');
    });
  }
});
