import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Page } from '../layout/page.tsx';

/** Page of the user's own things in a session that acts as a role, which has none of them. */
export function OwnerOnly({ title }: { readonly title: string }) {
  const { t } = useTranslation();
  return (
    <Page title={title}>
      <Alert type="info" showIcon title={t('switchRole.ownerOnly')} />
    </Page>
  );
}
