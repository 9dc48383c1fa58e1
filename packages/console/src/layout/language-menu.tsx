import { GlobalOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { LANGUAGE_NAMES, LANGUAGES, languageOf } from '../language/languages.ts';

/** Menu for the language of the console. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [language],
        items: LANGUAGES.map((key) => ({ key, label: <span lang={key}>{LANGUAGE_NAMES[key]}</span> })),
        onClick: ({ key }) => void i18n.changeLanguage(key),
      }}
    >
      <Button
        type="text"
        icon={<GlobalOutlined aria-hidden />}
        aria-label={`${t('language')}: ${LANGUAGE_NAMES[language]}`}
      >
        <span className="wide-only">{LANGUAGE_NAMES[language]}</span>
      </Button>
    </Dropdown>
  );
}
