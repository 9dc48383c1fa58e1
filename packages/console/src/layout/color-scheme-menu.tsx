import { DesktopOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { type ColorSchemeChoice, chooseColorScheme, useColorSchemeChoice } from '../theme/color-scheme.ts';

const ICONS = {
  system: <DesktopOutlined aria-hidden />,
  light: <SunOutlined aria-hidden />,
  dark: <MoonOutlined aria-hidden />,
} as const;
const CHOICES: readonly ColorSchemeChoice[] = ['system', 'light', 'dark'];

/** Menu for the colour scheme: light, dark or system. */
export function ColorSchemeMenu() {
  const { t } = useTranslation();
  const choice = useColorSchemeChoice();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: CHOICES.map((key) => ({ key, icon: ICONS[key], label: t(`scheme.${key}`) })),
        onClick: ({ key }) => chooseColorScheme(key as ColorSchemeChoice),
      }}
    >
      <Button
        type="text"
        icon={ICONS[choice]}
        aria-label={`${t('scheme.label')}: ${t(`scheme.${choice}`)}`}
      />
    </Dropdown>
  );
}
