/** The languages that the console speaks. */
export const languages = ['zh-TW', 'zh-CN', 'en'] as const;

/** One of them. */
export type Language = (typeof languages)[number];

/** How each calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  'zh-TW': '繁體中文',
  'zh-CN': '简体中文',
  en: 'English',
};

/**
 * The console's language for a browser's language tag.
 * @param tag such as `zh-Hant-HK`
 */
export function languageOf(tag: string): Language {
  const parts = tag.toLowerCase().split(/[-_]/);
  if (parts[0] !== 'zh') return 'en';
  if (parts.includes('hans')) return 'zh-CN';
  return parts.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN';
}
