/** Fields that a dialog begins with. */
const FIELDS = [
  'input:not([type=hidden]):not(:disabled)',
  'textarea:not(:disabled)',
  'select:not(:disabled)',
  '.cm-content',
].join(', ');

/**
 * Moves the focus for keyboards and screen readers: to the first field of a dialog or drawer that opens, and back to the
 * element that opened it when it closes. The component library does neither for dialogs that are removed at once.
 */
export function watchDialogFocus(): void {
  /** Element that opened each dialog. */
  const openers = new Map<Element, HTMLElement>();
  let last: HTMLElement | undefined;

  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const opener = last;
    last = target;
    const dialog = target.closest('[role=dialog]');
    if (dialog === null) {
      // A dialog that is only hidden can open again.
      for (const each of openers.keys()) if (!each.checkVisibility()) openers.delete(each);
    } else if (opener !== undefined && !openers.has(dialog)) {
      openers.set(dialog, opener);
      if (!target.matches(FIELDS)) firstField(dialog)?.focus();
    }
  });

  // Safari does not focus buttons that are clicked.
  document.addEventListener('pointerdown', ({ target }) => {
    const pressed = target instanceof Element ? target.closest<HTMLElement>('button, a, [tabindex]') : null;
    if (pressed !== null) last = pressed;
  });

  new MutationObserver(() => {
    for (const [dialog, opener] of openers) {
      if (dialog.isConnected) continue;
      openers.delete(dialog);
      if (document.activeElement !== null && document.activeElement !== document.body) continue;
      const back = opener.isConnected ? opener : document.querySelector<HTMLElement>('h1[tabindex]');
      back?.focus({ preventScroll: true });
    }
  }).observe(document.body, { childList: true });
}

/** Returns the first field that is visible. */
function firstField(dialog: Element): HTMLElement | undefined {
  const fields = dialog.querySelectorAll<HTMLElement>(FIELDS);
  return [...fields].find((field) => field.checkVisibility());
}
