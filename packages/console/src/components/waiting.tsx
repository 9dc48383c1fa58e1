import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';

/** While something is on its way. */
export function Waiting() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t('loading')}
      style={{ display: 'grid', placeItems: 'center', minHeight: 240 }}
    >
      <Spin size="large" />
    </div>
  );
}
