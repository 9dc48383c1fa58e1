import i18next from 'i18next';
import LanguageDetector from 'i18next-browser-languagedetector';
import { initReactI18next } from 'react-i18next';
import { type Language, languageOf, languages } from './languages.ts';

/** Every catalogue, each loaded when a page asks for it. */
const catalogues = import.meta.glob<Record<string, unknown>>('../locales/*/*.json', { import: 'default' });

/** The catalogue that every page needs. */
export const shell = 'shell';

async function read(language: string, namespace: string): Promise<Record<string, unknown>> {
  const load = catalogues[`../locales/${language}/${namespace}.json`];
  if (load === undefined) throw new Error(`there is no catalogue ${language}/${namespace}`);
  return load();
}

/**
 * Starts in the language that was chosen last, else in the browser's.
 * @returns when the words of the shell are there
 */
export async function startTranslations(): Promise<void> {
  await i18next
    .use(LanguageDetector)
    .use(initReactI18next)
    .use({
      type: 'backend' as const,
      read: (
        language: string,
        namespace: string,
        done: (error: Error | null, data: object | null) => void,
      ) => {
        read(language, namespace).then(
          (catalogue) => done(null, catalogue),
          (error: Error) => done(error, null),
        );
      },
    })
    .init({
      supportedLngs: languages,
      fallbackLng: false,
      load: 'currentOnly',
      ns: [shell],
      defaultNS: shell,
      interpolation: { escapeValue: false },
      detection: {
        order: ['localStorage', 'navigator'],
        caches: ['localStorage'],
        lookupLocalStorage: 'claviger.language',
        convertDetectedLanguage: languageOf,
      },
    });
  i18next.on('languageChanged', sayLanguage);
  sayLanguage(i18next.language);
  // Wanted when something goes wrong, which is no moment to begin loading.
  void i18next.loadNamespaces('errors');
}

/** Screen readers choose their voice by it, fonts their glyphs. */
function sayLanguage(language: string): void {
  document.documentElement.lang = language;
}

/** The language in use. */
export function currentLanguage(): Language {
  return languageOf(i18next.language);
}
