import { GlobalOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { languageNames, languageOf, languages } from '../language/languages.ts';

/** Switches the language of everything. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [language],
        items: languages.map((key) => ({ key, label: <span lang={key}>{languageNames[key]}</span> })),
        onClick: ({ key }) => void i18n.changeLanguage(key),
      }}
    >
      <Button
        type="text"
        icon={<GlobalOutlined aria-hidden />}
        aria-label={`${t('language')}: ${languageNames[language]}`}
      >
        <span className="wide-only">{languageNames[language]}</span>
      </Button>
    </Dropdown>
  );
}
