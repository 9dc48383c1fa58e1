import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { waitForRequests } from './requests-under-way.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/**
 * Asserts that axe finds no violation of WCAG 2.2 AA on the page, and that neither the page nor, in a
 * wide window, a table is wider than its place.
 */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await waitForRequests(page);
  // Colours in the middle of a transition have another contrast. Endless animations are not awaited.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(
          ({ playState, effect }) =>
            playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime),
        )
        .map((animation) => animation.finished),
    ),
  );
  // Evaluated by the debugger: the content security policy blocks other scripts. It stays until the page is loaded again.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(what: Document, options: object): Promise<AxeResult> };
    };
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    // Details are computed for violations only: the pages are the same, and most elements pass most rules.
    return axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
  });
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary}`),
  );
  assert.equal(found.length, 0, `${what}\n${found.join('\n')}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${what}: the page is ${overflow} pixels wider than the window`);
  const scrolling = await page.evaluate(() =>
    [...document.querySelectorAll('.resource-table-scroll')]
      .filter((table) => window.innerWidth >= 1280 && table.scrollWidth > table.clientWidth)
      .map(
        (table) =>
          `${table.querySelector('th')?.innerText} (${table.scrollWidth - table.clientWidth} pixels)`,
      ),
  );
  assert.deepEqual(scrolling, [], `${what}: tables with a scroll bar in a wide window`);
}
