import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';

/** Loading indicator. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('loading')} className="waiting">
      <Spin size="large" />
    </div>
  );
}
