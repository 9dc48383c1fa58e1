import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type ESTree, parseSync, Visitor } from 'vite';
import { LANGUAGES } from '../src/language/languages.ts';

const SOURCE = join(import.meta.dirname, '..', 'src');
const LOCALES = join(SOURCE, 'locales');

type Catalogue = { readonly [key: string]: string | Catalogue };

function read(language: string, file: string): Catalogue {
  return JSON.parse(readFileSync(join(LOCALES, language, file), 'utf8')) as Catalogue;
}

/** Returns the texts by key. */
function flat(catalogue: Catalogue, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[prefix + key, value]] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

/** Returns the keys without plural suffixes, which differ by language. */
function withoutPlurals(keys: Iterable<string>): Set<string> {
  return new Set([...keys].map((key) => key.replace(/_(?:zero|one|two|few|many|other)$/, '')));
}

const placeholders = (text: string) => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));

const files = readdirSync(join(LOCALES, 'en'));

describe('catalogues', () => {
  for (const language of LANGUAGES) {
    test(`${language} has the same files and keys as English, and no empty text`, () => {
      assert.deepEqual(readdirSync(join(LOCALES, language)).sort(), [...files].sort());
      for (const file of files) {
        const texts = flat(read(language, file));
        const keys = withoutPlurals(texts.keys());
        assert.deepEqual([...keys].sort(), [...withoutPlurals(flat(read('en', file)).keys())].sort(), file);
        for (const [key, text] of texts) assert.notEqual(text.trim(), '', `${language}/${file} ${key}`);
      }
    });

    test(`${language} has all plural forms of the language`, () => {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const file of files) {
        const keys = new Set(flat(read(language, file)).keys());
        const plurals = [...keys].filter((key) => /_(?:zero|one|two|few|many|other)$/.test(key));
        for (const stem of withoutPlurals(plurals)) {
          for (const form of forms)
            assert.ok(keys.has(`${stem}_${form}`), `${language}/${file} ${stem}_${form}`);
        }
      }
    });

    test(`${language} has the same placeholders as English`, () => {
      for (const file of files) {
        const english = flat(read('en', file));
        for (const [key, text] of flat(read(language, file))) {
          const sought = english.get(key);
          if (sought === undefined) continue;
          assert.deepEqual(placeholders(text), placeholders(sought), `${language}/${file} ${key}`);
        }
      }
    });
  }

  for (const language of ['zh-TW', 'zh-CN'] as const) {
    test(`${language} has no untranslated sentence`, () => {
      for (const file of files) {
        const english = flat(read('en', file));
        for (const [key, text] of flat(read(language, file))) {
          const same = text === english.get(key);
          // Names are not translated; a text of several words is a sentence.
          assert.ok(!same || text.split(' ').length < 3, `${language}/${file} ${key}: ${text}`);
        }
      }
    });
  }

  test('traditional and simplified characters are not mixed', () => {
    for (const file of files) {
      for (const [key, text] of flat(read('zh-TW', file))) {
        assert.doesNotMatch(
          text,
          /[们个这为创户码录应项权证书认删号问说时设录网络]/u,
          `zh-TW/${file} ${key}`,
        );
      }
      for (const [key, text] of flat(read('zh-CN', file))) {
        assert.doesNotMatch(text, /[們個這為創戶碼錄應項權證書認刪號問說時設網絡]/u, `zh-CN/${file} ${key}`);
      }
    }
  });
});

/** Attributes with text for users. */
const spoken = new Set([
  'title',
  'label',
  'placeholder',
  'alt',
  'aria-label',
  'extra',
  'description',
  'okText',
  'cancelText',
  'tooltip',
  'summary',
]);

/** Names, actions, ARNs and addresses, which are not translated. */
const untranslatable = [
  /^(?:Claviger|AccessKey(?: ID| Secret)?|vpc-|https:\/\/)$/,
  /^[\W\d_]*$/u,
  /^(?:acs:[\w:*/.-]+|[a-z]+:[A-Z]\w*\*?)$/,
  /^[\dA-Fa-f.:/\s]*db8[\dA-Fa-f.:/\s]*$/,
];

test('all texts of pages are in the catalogues', () => {
  const found: string[] = [];
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.tsx')) continue;
    const text = readFileSync(join(SOURCE, name), 'utf8');
    const { program } = parseSync(name, text, { lang: 'tsx' });
    const note = (said: string, node: ESTree.Node) => {
      if (untranslatable.some((pattern) => pattern.test(said.trim()))) return;
      found.push(`${name}:${text.slice(0, node.start).split('\n').length} ${said.trim()}`);
    };
    new Visitor({
      JSXText: (node) => note(node.value, node),
      JSXAttribute: (node) => {
        if (node.name.type !== 'JSXIdentifier' || !spoken.has(node.name.name)) return;
        if (node.value?.type === 'Literal' && typeof node.value.value === 'string')
          note(node.value.value, node);
      },
      JSXExpressionContainer: (node) => {
        if (node.expression.type === 'Literal' && typeof node.expression.value === 'string') {
          note(node.expression.value, node);
        }
      },
    }).visit(program);
  }
  assert.deepEqual(found, []);
});

test('every key is used', () => {
  const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SOURCE, name), 'utf8'))
    .join('\n');
  const unused: string[] = [];
  for (const file of files) {
    // The keys of errors are codes of the server.
    if (file === 'errors.json') continue;

    for (const key of withoutPlurals(flat(read('en', file)).keys())) {
      // Keys of the navigation are built from its sections.
      if (key.startsWith('nav.')) continue;
      // `t(`a.${b}.c`)` uses every key with this prefix and suffix.
      const steps = key.split('.');
      const begins = steps.map(
        (_, at) =>
          `\`${steps
            .slice(0, at)
            .map((step) => `${step}.`)
            .join('')}`,
      );
      const named = sources.includes(`'${key}'`) || sources.includes(`:${key}'`);
      const composed = begins
        .slice(1)
        .some((begin) => sources.includes(`${begin}\${`) || sources.includes(`:${begin.slice(1)}\${`));
      if (!named && !composed) unused.push(`${file} ${key}`);
    }
  }
  assert.deepEqual(unused, []);
});
