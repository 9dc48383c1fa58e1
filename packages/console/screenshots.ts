/**
 * Takes the screenshots of the user guide, with a server and a browser, into docs/images/<language>:
 * `npm run screenshots -w packages/console`, or with `-- zh-TW` for one language.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { palettePng } from './palette-png.ts';
import { LANGUAGES, type Language } from './src/language/languages.ts';
import { type ConsoleUnderTest, PASSWORD, startConsole } from './test/console.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const SIZE = { width: 1280, height: 800 };

/** Names of the users and programs on the screenshots. */
const NAMES = {
  en: { admin: 'Alice Martin', app: 'Order service', newApp: 'Reporting service' },
  'zh-TW': { admin: '王怡君', app: '訂單服務', newApp: '報表服務' },
  'zh-CN': { admin: '王芳', app: '订单服务', newApp: '报表服务' },
} as const satisfies Record<Language, Record<string, string>>;

/** Returns texts of the console in one language: `t('access-keys:create.title')`. */
type Words = (key: string) => string;

function textsOf(language: Language): Words {
  return (key) => {
    const [area = '', path = ''] = key.split(':');
    const file = join(import.meta.dirname, 'src', 'locales', language, `${area}.json`);
    const word = path
      .split('.')
      .reduce<unknown>(
        (at, part) => (at as Record<string, unknown> | undefined)?.[part],
        JSON.parse(readFileSync(file, 'utf8')),
      );
    if (typeof word !== 'string') throw new Error(`${language} has no word ${key}`);
    return word;
  };
}

/** Saves a screenshot of the page when it is idle. */
type Take = (page: Page, name: string) => Promise<void>;

function screenshotTaker(language: Language): Take {
  const folder = join(IMAGES, language);
  mkdirSync(folder, { recursive: true });
  return async (page, name) => {
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const png = palettePng(await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' }));
    writeFileSync(join(folder, `${name}.png`), png);
    console.log(`${language}/${name}.png ${Math.ceil(png.length / 1024)} KB`);
  };
}

async function takeAll(console: ConsoleUnderTest, language: Language): Promise<void> {
  const t = textsOf(language);
  const take = screenshotTaker(language);
  const names = NAMES[language];
  const account = await console.newAccount();
  const ims = (action: string, fields: Record<string, string>) =>
    account.admin.call('2019-08-15', action, fields);
  const loginName = (userName: string) => `${userName}@${account.domain}`;
  const admin = await console.newConsoleUser(account, 'admin', ['AdministratorAccess']);
  await ims('UpdateUser', {
    UserPrincipalName: admin.loginName,
    NewUserPrincipalName: admin.loginName,
    NewDisplayName: names.admin,
  });
  const app = await ims('CreateUser', {
    UserPrincipalName: loginName('order-service'),
    DisplayName: names.app,
  });
  const appId = (app['User'] as { readonly UserId: string }).UserId;

  const signedOut = await console.open({ language });
  await signedOut.page.setViewportSize(SIZE);
  await signedOut.page.goto('/');
  await signedOut.page.getByLabel(t('sign-in:loginName')).fill(admin.loginName);
  await signedOut.page.getByLabel(t('sign-in:password')).fill(PASSWORD);
  await take(signedOut.page, 'sign-in');
  await signedOut.context.close();

  const { page, context } = await console.openSignedIn(admin.loginName, PASSWORD, { language });
  await page.setViewportSize(SIZE);
  const button = (key: string) => page.getByRole('button', { name: t(key), exact: true });

  await page.goto('/users/new');
  await page.getByLabel(t('users:field.loginName')).fill('reporting-service');
  await page.getByLabel(t('users:field.displayName')).fill(names.newApp);
  await page.getByRole('checkbox', { name: t('users:access.programmatic') }).check();
  await take(page, 'user-create');

  await page.goto(`/users/${appId}`);
  await button('access-keys:create.title').waitFor();
  await take(page, 'user');

  await button('access-keys:create.title').click();
  const advice = page.getByRole('dialog', { name: t('access-keys:create.title') });
  await advice.getByRole('radio', { name: t('access-keys:useCase.code.label') }).check();
  await advice.getByRole('checkbox', { name: t('access-keys:create.acknowledge') }).check();
  await take(page, 'use-case');

  await button('access-keys:create.continue').click();
  const proof = page.getByRole('dialog', { name: t('shell:stepUp.title') });
  await proof.getByLabel(t('shell:stepUp.Password'), { exact: true }).fill(PASSWORD);
  await take(page, 'security-verification');

  await proof.getByRole('button', { name: t('shell:stepUp.verify'), exact: true }).click();
  const secretField = page.getByLabel(t('access-keys:secret.secret'), { exact: true });
  const secret = await secretField.inputValue();
  const keyId = await page.getByLabel(t('access-keys:secret.id'), { exact: true }).inputValue();
  await page.getByRole('checkbox', { name: t('access-keys:secret.saved') }).check();
  // Screenshots must not contain a secret.
  await secretField.evaluate((field: HTMLInputElement) => {
    field.value = '•'.repeat(field.value.length);
  });
  await take(page, 'secret');

  await button('shell:ok').click();
  await button('access-keys:offer.configure').click();
  await page.getByRole('switch', { name: t('access-keys:network.active') }).click();
  await button('access-keys:network.addList').click();
  await page
    .getByLabel(t('access-keys:network.addresses'))
    .fill('203.0.113.0/24\n2001:db8:5::/48\n127.0.0.1');
  await take(page, 'network-restriction');
  await button('shell:save').click();
  await page.getByRole('article', { name: keyId }).getByText('203.0.113.0/24').waitFor();

  await ims('CreateAccessKey', { UserPrincipalName: loginName('order-service') });
  const used = console.server.clients({ accessKeyId: keyId, accessKeySecret: secret });
  await used.callRpc('2015-04-01', 'GetCallerIdentity', {});
  const denied = used.callRpc('2015-05-01', 'CreateUser', { UserName: 'newcomer' });
  await denied.then(
    () => Promise.reject(new Error('a user without a policy may make users')),
    () => undefined,
  );
  await page.reload();
  await page
    .getByRole('article', { name: keyId })
    .getByRole('button', { name: t('access-keys:action.rotate') })
    .click();
  await page.getByText(t('access-keys:rotation.text.watch')).waitFor();
  await take(page, 'rotation');

  await page.goto('/simulator');
  await page.getByRole('combobox', { name: t('simulator:asking.ram-user') }).click();
  await page.getByTitle(loginName('order-service'), { exact: true }).click();
  await page.getByLabel(t('simulator:action'), { exact: true }).fill('ram:CreateUser');
  await page.getByLabel(t('simulator:resource'), { exact: true }).fill('*');
  await button('simulator:simulate').click();
  await page.getByText(t('simulator:effect.ImplicitDeny'), { exact: true }).waitFor();
  await take(page, 'simulator');

  await page.goto('/audit');
  await page.getByText('CreateAccessKey').first().waitFor();
  await take(page, 'audit-log');

  await page.goto('/overview');
  await page.getByText(t('overview:score.title'), { exact: true }).waitFor();
  await take(page, 'overview');
  await context.close();

  const root = await console.openSignedIn(account.rootLoginName, PASSWORD, { language });
  await root.page.setViewportSize(SIZE);
  await root.page.goto('/overview');
  await root.page.getByRole('button', { name: t('shell:avatar.label') }).hover();
  await root.page.getByRole('menuitem', { name: t('shell:avatar.accessKey') }).click();
  await root.page.getByRole('checkbox', { name: t('shell:rootKeys.acknowledge') }).check();
  await take(root.page, 'root-warning');
  await root.page.getByRole('button', { name: t('shell:rootKeys.continue') }).click();
  await root.page.getByRole('button', { name: t('access-keys:create.title'), exact: true }).click();
  const limits = root.page.getByRole('dialog', { name: t('access-keys:rootCreate.title') });
  await limits.getByRole('checkbox', { name: t('shell:rootKeys.acknowledge') }).check();
  await take(root.page, 'root-create');
  await root.context.close();
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((language) => !(LANGUAGES as readonly string[]).includes(language));
if (unknown !== undefined) throw new Error(`${unknown} is not one of ${LANGUAGES.join(', ')}`);

const started = await startConsole();
try {
  for (const language of LANGUAGES) {
    if (wanted.length === 0 || wanted.includes(language)) await takeAll(started, language);
  }
} finally {
  await started.close();
}
