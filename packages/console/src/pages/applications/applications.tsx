import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../layout/page.tsx';
import { ApplicationList } from './application-list.tsx';
import { ExternalApplications } from './external-applications.tsx';

/** Page of OAuth applications: those of the account, and external ones. */
export function Component() {
  const { t } = useTranslation('applications');
  const [address, setAddress] = useSearchParams();
  return (
    <Page title={t('title')} description={t('lead')}>
      <Tabs
        activeKey={address.get('tab') ?? 'own'}
        onChange={(tab) => setAddress(tab === 'own' ? {} : { tab })}
        items={[
          { key: 'own', label: t('own'), children: <ApplicationList /> },
          { key: 'external', label: t('external.title'), children: <ExternalApplications /> },
        ]}
      />
    </Page>
  );
}
