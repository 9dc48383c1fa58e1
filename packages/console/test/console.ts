import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { codeAt, stepAt } from '../../server/src/mfa/one-time-code.ts';
import {
  startTestServer,
  type TestAccount,
  type TestServer,
  type TestServerOptions,
} from '../../server/test/server.ts';
import type { Language } from '../src/language/languages.ts';
import { BrowserWindows } from './browser-windows.ts';
import { launchChromium } from './chromium.ts';
import { watchRequests } from './requests-under-way.ts';

/** Password that is valid under every password policy. */
export const PASSWORD = 'Correct-Horse-7-Battery';

/** Settings of a browser window. */
export interface Look {
  readonly language?: Language;
  readonly width?: 'desktop' | 'phone';
  readonly scheme?: 'light' | 'dark';
  /** Whether to complete a step-up after signing in, so that no change requires one. */
  readonly steppedUp?: boolean;
  /** Other origins that the test serves, so that requests to them are allowed. */
  readonly otherSites?: readonly string[];
}

/** Variants for accessibility tests: both colour schemes, both widths, each language. */
export const VARIANTS = [
  { language: 'zh-TW', width: 'desktop', scheme: 'light' },
  { language: 'zh-CN', width: 'phone', scheme: 'dark' },
  { language: 'en', width: 'desktop', scheme: 'dark' },
  { language: 'en', width: 'phone', scheme: 'light' },
] as const satisfies readonly Look[];

const SIZES = { desktop: { width: 1360, height: 900 }, phone: { width: 360, height: 780 } } as const;

/** Page of the console, with its calls and errors. */
export interface ConsolePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Bodies of all answers of the API so far, with their operation. */
  readonly answers: readonly { readonly operation: string; readonly body: string }[];
  /** Errors of scripts, of the content security policy, and requests to unexpected origins. */
  readonly browserErrors: readonly string[];
  /** Closes the window; a later window uses its browser context again, without its cookies and storage. */
  close(): Promise<void>;
}

/** Server with the built console, and a browser. */
export interface ConsoleUnderTest {
  readonly server: TestServer;
  /** URL with a host name: browsers do not allow passkeys for IP addresses. */
  readonly url: string;
  /** Time of the server, which stands still, in milliseconds since the epoch. */
  readonly now: number;
  /** Opens a new browser window. */
  open(look?: Look): Promise<ConsolePage>;
  /** Opens a new browser window with a session that the API created. */
  openSignedIn(loginName: string, password: string, look?: Look): Promise<ConsolePage>;
  /** Creates an account whose root has changed its password to `PASSWORD`. */
  newAccount(): Promise<TestAccount>;
  /** Creates a RAM user with `PASSWORD` and system policies. @returns its login name and ID */
  newConsoleUser(
    account: TestAccount,
    userName: string,
    policies?: readonly string[],
  ): Promise<{ readonly loginName: string; readonly userId: string }>;
  /** Closes server and browser. @throws AssertionError for any browser error */
  close(): Promise<void>;
  /** Expires all step-ups, as after ten minutes. */
  expireStepUps(): Promise<void>;
  /** Returns the code of an authenticator app, `later` steps of 30 seconds from now. */
  code(seed: string, later?: number): string;
}

/**
 * Starts server and browser; the caller closes them. The clock of the server stands still, so that no code expires
 * during a test.
 * @param configuration additional settings of the server
 */
export async function startConsole(
  configuration: TestServerOptions['configuration'] = {},
): Promise<ConsoleUnderTest> {
  assert.ok(
    existsSync(new URL('../dist/index.html', import.meta.url)),
    'the console is not built: npm run build',
  );
  const now = Date.now();
  const server = await startTestServer({ now: () => now, configuration });
  const browser: Browser = await launchChromium();
  const opened: ConsolePage[] = [];
  const url = server.url.replace('127.0.0.1', 'localhost');
  const windows = new BrowserWindows(browser, url);

  async function open({
    language = 'en',
    width = 'desktop',
    scheme = 'light',
    otherSites = [],
  }: Look = {}): Promise<ConsolePage> {
    const { page, context, close } = await windows.open({ language, size: SIZES[width], scheme });
    watchRequests(page);
    const browserErrors: string[] = [];
    const answers: { operation: string; body: string }[] = [];
    page.on('pageerror', (error) => browserErrors.push(error.message));
    page.on('console', (message) => {
      // Refused calls of the API are logged as errors, too; the tests check those.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() !== 'error' || isRefusal) return;
      const { url: script, lineNumber, columnNumber } = message.location();
      browserErrors.push(`${message.text()} ${page.url()} ${script}:${lineNumber}:${columnNumber}`);
    });
    page.on('request', (request) => {
      const target = new URL(request.url());
      if (target.protocol.startsWith('http') && ![url, ...otherSites].includes(target.origin)) {
        browserErrors.push(`a request to ${target.origin}`);
      }
    });
    page.on('response', (response) => {
      if (response.request().method() !== 'POST') return;
      const operation = new URLSearchParams(response.request().postData() ?? '').get('Action') ?? '';
      response.text().then(
        (body) => answers.push({ operation, body }),
        // The window was closed before the body arrived.
        () => {},
      );
    });
    const made = { page, context, answers, browserErrors, close };
    opened.push(made);
    return made;
  }

  return {
    server,
    url,
    now,
    open,
    async openSignedIn(loginName, secret, look) {
      const made = await open(look);
      const form = {
        Action: 'SignIn',
        Version: '2026-11-24',
        Format: 'JSON',
        LoginName: loginName,
        Password: secret,
      };
      const response = await made.context.request.post('/', { form });
      const answer = (await response.json()) as { readonly Step?: string; readonly CsrfToken: string };
      assert.equal(answer.Step, 'Done', JSON.stringify(answer));
      if (look?.steppedUp) {
        const proof = { Action: 'StepUp', Version: '2026-11-24', Method: 'Password', Password: secret };
        const headers = { 'x-claviger-csrf': answer.CsrfToken };
        const proven = await made.context.request.post('/', { form: proof, headers });
        assert.ok(proven.ok(), await proven.text());
      }
      return made;
    },
    async newAccount() {
      const account = await server.newAccount();
      const context = await browser.newContext({ baseURL: url });
      const call = async (fields: Record<string, string>, csrf = '') => {
        const response = await context.request.post('/', {
          form: { Version: '2026-11-24', Format: 'JSON', ...fields },
          headers: { 'x-claviger-csrf': csrf },
        });
        return (await response.json()) as { readonly Step: string; readonly CsrfToken: string };
      };
      const { CsrfToken } = await call({
        Action: 'SignIn',
        LoginName: account.rootLoginName,
        Password: account.rootPassword,
      });
      const { Step } = await call({ Action: 'ChooseSignInPassword', NewPassword: PASSWORD }, CsrfToken);
      assert.equal(Step, 'Done');
      await context.close();
      return account;
    },
    async newConsoleUser(account, userName, policies = []) {
      const { admin, domain } = account;
      const loginName = `${userName}@${domain}`;
      const ram = (action: string, fields: Record<string, string>) =>
        admin.callRpc('2015-05-01', action, fields);
      const made = await ram('CreateUser', { UserName: userName });
      await ram('CreateLoginProfile', { UserName: userName, Password: PASSWORD });
      for (const policy of policies) {
        await ram('AttachPolicyToUser', { UserName: userName, PolicyName: policy, PolicyType: 'System' });
      }
      return { loginName, userId: (made['User'] as { readonly UserId: string }).UserId };
    },
    async close() {
      await browser.close();
      await server.close();
      for (const { browserErrors } of opened) assert.deepEqual(browserErrors, []);
    },
    async expireStepUps() {
      await server.services.store.write(({ queries }) =>
        queries.updateTable('console_sessions').set({ step_up_until: null }).execute(),
      );
    },
    code: (seed, later = 0) => codeAt(seed, stepAt(now) + later),
  };
}

/** Console of a suite, and an account whose root has chosen its password. */
export interface SuiteConsole {
  readonly console: ConsoleUnderTest;
  readonly account: TestAccount;
}

/** Starts a console with an account in an async `describe`, and closes it after the tests of the suite. */
export async function startForSuite(
  configuration: TestServerOptions['configuration'] = {},
): Promise<SuiteConsole> {
  const console = await startConsole(configuration);
  after(() => console.close());
  return { console, account: await console.newAccount() };
}

/**
 * Waits until the server has accepted a call of the page. Start it before the action: unlike a notice on the page, the
 * answer cannot vanish before it is seen.
 */
export async function acceptedCall(page: Page, operation: string): Promise<void> {
  await page.waitForResponse(
    (response) =>
      response.ok() && new URLSearchParams(response.request().postData() ?? '').get('Action') === operation,
  );
}

/** Completes the step-up dialog with the password. */
export async function completeStepUp(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Security verification' });
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
}
