import { useTranslation } from 'react-i18next';
import { Page } from '../../layout/page.tsx';
import { CredentialReport } from './credential-report.tsx';
import { Governance } from './governance.tsx';
import { SecurityPractice } from './security-practice.tsx';

/** Page of reports: security practice, governance, credential report. */
export function Component() {
  const { t } = useTranslation('reports');
  return (
    <Page title={t('title')} description={t('lead')}>
      <SecurityPractice />
      <Governance />
      <CredentialReport />
    </Page>
  );
}
