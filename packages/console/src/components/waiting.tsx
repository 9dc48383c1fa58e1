import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';

/** While something is on its way. */
export function Waiting() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('loading')} className="waiting">
      <Spin size="large" />
    </div>
  );
}
