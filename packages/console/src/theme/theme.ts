import { theme as antd, type ThemeConfig } from 'antd';

const CODE_FONT = "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/**
 * Theme of the component library. Colours of the library with a contrast below 4.5 to 1 (WCAG 2.2, 1.4.3) are replaced
 * here for all components.
 */
export function themeOf(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      // Chinese glyphs differ by region: the style sheet selects the font by language.
      fontFamily: 'inherit',
      fontFamilyCode: CODE_FONT,
      borderRadius: 6,
      motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      ...(dark ? DARK_TOKENS : LIGHT_TOKENS),
    },
    components: {
      Layout: {
        headerHeight: 56,
        headerPadding: '0 16px',
        headerBg: dark ? '#141a24' : '#ffffff',
        siderBg: dark ? '#11161f' : '#ffffff',
        bodyBg: dark ? '#0d1117' : '#f5f7fa',
      },
      Menu: {
        itemBg: 'transparent',
        subMenuItemBg: 'transparent',
        itemHeight: 36,
        activeBarBorderWidth: 0,
        groupTitleColor: dark ? '#9aa5b5' : '#5a6575',
        groupTitleFontSize: 12,
      },
      Table: { headerBg: dark ? '#1b2330' : '#f5f7fa', headerSplitColor: 'transparent' },
      // Dark enough for white text; a lighter shade is used where it is text itself.
      ...(dark && {
        Button: { colorPrimary: '#3a66d4', colorPrimaryHover: '#4370d9', colorPrimaryActive: '#2f58bd' },
      }),
      Card: { headerFontSize: 15 },
      Tabs: { horizontalItemGutter: 28 },
    },
  };
}

const LIGHT_TOKENS: ThemeConfig['token'] = {
  colorPrimary: '#1d4ed8',
  // Darker, not lighter: text of outlined buttons keeps its contrast under the mouse.
  colorPrimaryHover: '#1a45c0',
  colorPrimaryActive: '#173ca6',
  colorInfo: '#1d4ed8',
  colorLink: '#1d4ed8',
  colorSuccess: '#15803d',
  colorSuccessBg: '#e9f7ee',
  colorSuccessBorder: '#a9dcbb',
  colorWarning: '#b45309',
  colorWarningBg: '#fff7e8',
  colorWarningBorder: '#f3d19b',
  colorError: '#c81e1e',
  colorErrorBg: '#fdeeee',
  colorErrorBorder: '#f2b8b8',
  colorInfoBg: '#eef3fe',
  colorInfoBorder: '#bfd0f8',
  colorTextBase: '#131a24',
  colorTextSecondary: '#4b5565',
  colorTextTertiary: '#5a6575',
  colorTextDescription: '#5a6575',
  colorTextPlaceholder: '#667085',
  colorBgLayout: '#f5f7fa',
  colorBorder: '#c3cad5',
  colorBorderSecondary: '#e4e8ee',
};

const DARK_TOKENS: ThemeConfig['token'] = {
  colorPrimary: '#5b8cff',
  colorInfo: '#5b8cff',
  colorLink: '#7ea6ff',
  colorSuccess: '#3fb950',
  colorSuccessBg: '#12261b',
  colorSuccessBorder: '#23512f',
  colorWarning: '#d29922',
  colorWarningBg: '#272013',
  colorWarningBorder: '#5a4518',
  colorError: '#f47067',
  colorErrorBg: '#2b1717',
  colorErrorBorder: '#6a2b2b',
  colorInfoBg: '#16233f',
  colorInfoBorder: '#2c4780',
  colorTextBase: '#e6edf5',
  colorBgBase: '#0d1117',
  colorBgContainer: '#151b26',
  colorBgElevated: '#1b2330',
  colorBgLayout: '#0d1117',
  colorTextSecondary: '#b5c0cf',
  colorTextTertiary: '#9aa5b5',
  colorTextDescription: '#9aa5b5',
  colorTextPlaceholder: '#8b97a8',
  colorBorder: '#3a4556',
  colorBorderSecondary: '#27303e',
};
