import i18next from 'i18next';
import LanguageDetector from 'i18next-browser-languagedetector';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, languageOf } from './languages.ts';

/** Message catalogues, loaded on demand. */
const CATALOGUES = import.meta.glob<Record<string, unknown>>('../locales/*/*.json', { import: 'default' });

/** Catalogue that every page needs. */
const SHELL = 'shell';

async function read(language: string, namespace: string): Promise<Record<string, unknown>> {
  const load = CATALOGUES[`../locales/${language}/${namespace}.json`];
  if (load === undefined) throw new Error(`there is no catalogue ${language}/${namespace}`);
  return load();
}

/**
 * Initialises the language: the last choice, or the language of the browser. Resolves when the catalogue of the shell
 * is loaded.
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
      supportedLngs: LANGUAGES,
      fallbackLng: false,
      load: 'currentOnly',
      ns: [SHELL],
      defaultNS: SHELL,
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
  // Loaded in advance: error messages are needed when loading may fail.
  void i18next.loadNamespaces('errors');
}

/** Sets the language of the document, which selects the voice of screen readers and the glyphs of fonts. */
function sayLanguage(language: string): void {
  document.documentElement.lang = language;
}
