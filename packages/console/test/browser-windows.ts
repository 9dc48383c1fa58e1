import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';

/** What a browser window looks like, and the language that its browser asks for. */
export interface WindowSettings {
  readonly language: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly scheme: 'light' | 'dark';
}

/** Window with one page, in a browser context that no other window shares. */
export interface BrowserWindow {
  readonly page: Page;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Browser context with a page that is never closed, which keeps the renderer process with its compiled scripts. */
interface KeptContext {
  readonly context: BrowserContext;
  readonly anchor: Page;
}

/**
 * Opens windows in the contexts of closed windows, without their cookies and storage. A new context would load and
 * compile the scripts of the console again, which takes more than half the time of a short test.
 */
export class BrowserWindows {
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #idle: KeptContext[] = [];

  /** @param origin of the console, whose storage is cleared */
  constructor(browser: Browser, origin: string) {
    this.#browser = browser;
    this.#origin = origin;
  }

  /** Opens a window; after `close` a later one uses its context. */
  async open({ language, size, scheme }: WindowSettings): Promise<BrowserWindow> {
    const kept = this.#idle.pop() ?? (await this.#newContext());
    const { context, anchor } = kept;
    // No script runs in the context now, so none can store anything after this.
    await context.clearCookies();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', {
      origin: this.#origin,
      storageTypes: 'local_storage,indexeddb,service_workers,cache_storage',
    });
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await setLanguage(session, language);
    return {
      page,
      context,
      close: async () => {
        await context.unrouteAll();
        for (const each of context.pages()) if (each !== anchor) await each.close();
        this.#idle.push(kept);
      },
    };
  }

  async #newContext(): Promise<KeptContext> {
    const context = await this.#browser.newContext({
      baseURL: this.#origin,
      timezoneId: 'Asia/Taipei',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(30_000);
    const anchor = await context.newPage();
    // A document of the origin without scripts.
    await anchor.goto('/licences.txt');
    return { context, anchor };
  }
}

/** Sets the language of a page and of its requests, which Playwright can only set for a whole context. */
async function setLanguage(session: CDPSession, language: string): Promise<void> {
  const { userAgent } = await session.send('Browser.getVersion');
  await session.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: language });
  await session.send('Emulation.setLocaleOverride', { locale: language });
}
