import type { Locale } from 'antd/es/locale';
import dayjs from 'dayjs';
import type { Language } from './languages.ts';

/** Locale of the component library for the current language. */
const loaders: Readonly<Record<Language, () => Promise<{ default: Locale }>>> = {
  'zh-TW': async () => {
    await import('dayjs/locale/zh-tw');
    const { default: locale } = await import('antd/es/locale/zh_TW');
    // As the console's own lists count; the library has a word of mainland China here.
    return { default: { ...locale, Pagination: { ...locale.Pagination, items_per_page: '筆/頁' } } };
  },
  'zh-CN': async () => {
    await import('dayjs/locale/zh-cn');
    return import('antd/es/locale/zh_CN');
  },
  en: () => import('antd/es/locale/en_US'),
};

const DAYJS_NAMES: Readonly<Record<Language, string>> = { 'zh-TW': 'zh-tw', 'zh-CN': 'zh-cn', en: 'en' };

/** Loads the locale of the component library and sets that of dates. */
export async function loadLibraryLocale(language: Language): Promise<Locale> {
  const { default: locale } = await loaders[language]();
  dayjs.locale(DAYJS_NAMES[language]);
  return locale;
}
