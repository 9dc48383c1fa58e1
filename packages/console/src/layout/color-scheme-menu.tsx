import { DesktopOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { type ColorSchemeChoice, chooseColorScheme, useColorSchemeChoice } from '../theme/color-scheme.ts';

const icons = {
  system: <DesktopOutlined aria-hidden />,
  light: <SunOutlined aria-hidden />,
  dark: <MoonOutlined aria-hidden />,
} as const;
const choices: readonly ColorSchemeChoice[] = ['system', 'light', 'dark'];

/** Light, dark, or as the system has it. */
export function ColorSchemeMenu() {
  const { t } = useTranslation();
  const choice = useColorSchemeChoice();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: choices.map((key) => ({ key, icon: icons[key], label: t(`scheme.${key}`) })),
        onClick: ({ key }) => chooseColorScheme(key as ColorSchemeChoice),
      }}
    >
      <Button
        type="text"
        icon={icons[choice]}
        aria-label={`${t('scheme.label')}: ${t(`scheme.${choice}`)}`}
      />
    </Dropdown>
  );
}
