/** Languages of the console. */
export const LANGUAGES = ['zh-TW', 'zh-CN', 'en'] as const;

/** Language of the console. */
export type Language = (typeof LANGUAGES)[number];

/** Name of each language in that language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  'zh-TW': '繁體中文',
  'zh-CN': '简体中文',
  en: 'English',
};

/**
 * Returns the console language for a language tag of the browser.
 * @param tag such as `zh-Hant-HK`
 */
export function languageOf(tag: string): Language {
  const parts = tag.toLowerCase().split(/[-_]/);
  if (parts[0] !== 'zh') return 'en';
  if (parts.includes('hans')) return 'zh-CN';
  return parts.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN';
}
