import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { codeAt, stepAt } from '../../server/src/mfa/one-time-code.ts';
import {
  startTestServer,
  type TestAccount,
  type TestServer,
  type TestServerOptions,
} from '../../server/test/server.ts';
import type { Language } from '../src/language/languages.ts';
import { launchChromium } from './chromium.ts';

/** A password that every rule takes. */
export const PASSWORD = 'Correct-Horse-7-Battery';

/** How a browser looks at the console. */
export interface Look {
  readonly language?: Language;
  readonly width?: 'desktop' | 'phone';
  readonly scheme?: 'light' | 'dark';
  /** Has verified by its password already, so that no change asks for it. */
  readonly steppedUp?: boolean;
  /** Origins that the test itself answers for, so that a request to them is no complaint. */
  readonly otherSites?: readonly string[];
}

const SIZES = { desktop: { width: 1360, height: 900 }, phone: { width: 360, height: 780 } } as const;

/** A page of the console, and what was noticed while it was used. */
export interface ConsolePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Bodies of all answers of the API so far, with the operation. */
  readonly answers: readonly { readonly operation: string; readonly body: string }[];
  /** What the browser complained of: errors of scripts, and of the content security policy. */
  readonly complaints: readonly string[];
}

/** A real server with the built console, and a browser. */
export interface ConsoleUnderTest {
  readonly server: TestServer;
  /** By a name, since browsers have no passkeys for addresses of numbers. */
  readonly url: string;
  /** Opens a fresh browser window. */
  open(look?: Look): Promise<ConsolePage>;
  /** Opens one that is signed in already, by the API. */
  openSignedIn(loginName: string, password: string, look?: Look): Promise<ConsolePage>;
  /** A new account whose root has chosen its password. */
  newAccount(): Promise<TestAccount>;
  /** A RAM user that signs in with `password` and may do `policies`. @returns its login name and id */
  newConsoleUser(
    account: TestAccount,
    userName: string,
    policies?: readonly string[],
  ): Promise<{ readonly loginName: string; readonly userId: string }>;
  /** Ends both. @throws AssertionError when a browser complained of anything meanwhile */
  close(): Promise<void>;
  /** Has everybody who is signed in be asked again, as ten minutes later. */
  forgetStepUps(): Promise<void>;
  /** The code that an authenticator app shows, `later` steps of 30 seconds from now. */
  code(seed: string, later?: number): string;
}

/**
 * Starts server and browser, once for a file, which closes them. The server's clock stands still, so that no
 * code runs out while a test is at it.
 * @param configuration settings of the server beyond those that every test has
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

  async function open({
    language = 'en',
    width = 'desktop',
    scheme = 'light',
    otherSites = [],
  }: Look = {}): Promise<ConsolePage> {
    const context = await browser.newContext({
      baseURL: url,
      locale: language,
      viewport: SIZES[width],
      colorScheme: scheme,
      reducedMotion: 'reduce',
      timezoneId: 'Asia/Taipei',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    const answers: { operation: string; body: string }[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A refusal of the API is told there too; whether it should be one, the tests say.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() !== 'error' || isRefusal) return;
      const { url: script, lineNumber, columnNumber } = message.location();
      complaints.push(`${message.text()} ${page.url()} ${script}:${lineNumber}:${columnNumber}`);
    });
    page.on('request', (request) => {
      const target = new URL(request.url());
      if (target.protocol.startsWith('http') && ![url, ...otherSites].includes(target.origin)) {
        complaints.push(`a request to ${target.origin}`);
      }
    });
    page.on('response', (response) => {
      if (response.request().method() !== 'POST') return;
      const operation = new URLSearchParams(response.request().postData() ?? '').get('Action') ?? '';
      response.text().then(
        (body) => answers.push({ operation, body }),
        // The window was closed meanwhile.
        () => {},
      );
    });
    const made = { page, context, answers, complaints };
    opened.push(made);
    return made;
  }

  return {
    server,
    url,
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
      for (const { complaints } of opened) assert.deepEqual(complaints, []);
    },
    async forgetStepUps() {
      await server.services.store.write(({ queries }) =>
        queries.updateTable('console_sessions').set({ step_up_until: null }).execute(),
      );
    },
    code: (seed, later = 0) => codeAt(seed, stepAt(now) + later),
  };
}
