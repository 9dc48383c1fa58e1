import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';

/** Warning before a secret is shown on a page that came over plain HTTP from another machine. */
export function InsecurePageWarning() {
  const { t } = useTranslation('access-keys');
  // Loopback counts as secure.
  if (globalThis.isSecureContext) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={t('create.insecure')}
      description={t('create.insecureText')}
      className="space-below"
    />
  );
}
