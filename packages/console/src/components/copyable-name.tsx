import { Typography } from 'antd';
import { useTranslation } from 'react-i18next';

/** Name or address in the font of code, with a button that copies it. */
export function CopyableName({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <Typography.Text code copyable={{ text, tooltips: [t('copy'), t('copied')] }}>
      {text}
    </Typography.Text>
  );
}
