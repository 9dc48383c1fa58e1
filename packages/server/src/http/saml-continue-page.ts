import { createHash } from 'node:crypto';
import type { HttpAnswer } from './listener.ts';

/** Form field of a response that was sent again by the page below. It proves nothing; the cookie does. */
export const CONTINUED_FIELD = 'Continued';

const SCRIPT = 'document.forms[0].submit()';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Labels of the button, which is used only without scripts; the first is the default. */
const BUTTON_LABELS = [
  { tag: 'en', prefix: 'en', title: 'Signing in', button: 'Continue' },
  { tag: 'zh-TW', prefix: 'zh-(tw|hant|hk|mo)', title: '正在登入', button: '繼續' },
  { tag: 'zh-CN', prefix: 'zh', title: '正在登录', button: '继续' },
] as const;

/**
 * Returns a page that sends a SAML response to the same address again, from this site: so the browser adds the
 * `SameSite=Strict` cookies that it leaves out of the identity provider's own POST.
 * @param response the Base64 text as it was received; not verified yet
 * @param acceptLanguage header of the browser
 */
export function continuePage(response: string, acceptLanguage: string): HttpAnswer {
  const [first = ''] = acceptLanguage.split(',');
  const language =
    BUTTON_LABELS.find(({ prefix }) => new RegExp(`^${prefix}\\b`, 'i').test(first.trim())) ??
    BUTTON_LABELS[0];
  return {
    status: 200,
    headers: {
      'content-type': 'text/html;charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    },
    body: [
      `<!doctype html><html lang="${language.tag}"><head><meta charset="utf-8"><title>${language.title}</title></head><body>`,
      `<form method="post"><input type="hidden" name="${CONTINUED_FIELD}" value="1">`,
      `<input type="hidden" name="SAMLResponse" value="${escaped(response)}">`,
      `<button>${language.button}</button></form><script>${SCRIPT}</script></body></html>\n`,
    ].join(''),
  };
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
