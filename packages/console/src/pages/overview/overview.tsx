import { useTranslation } from 'react-i18next';
import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import { Counts } from './counts.tsx';
import { KeyCharts } from './key-charts.tsx';
import { OwnIdentity } from './own-identity.tsx';
import { RecentEvents } from './recent-events.tsx';
import { Security } from './security.tsx';
import './overview.css';

/** Overview page: security score and fixes, keys, recent events. */
export function Component() {
  const { t } = useTranslation('overview');
  const { Principal: principal } = useSession();
  return (
    <Page title={t('title')} description={t('lead', { account: principal.AccountId })}>
      <div className="overview-grid">
        {principal.Type === 'ram-user' && <OwnIdentity />}
        <Counts />
        <Security />
        <KeyCharts />
        <RecentEvents />
      </div>
    </Page>
  );
}
