import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { Page } from '../../layout/page.tsx';
import { OwnerOnly } from '../../session/owner-only.tsx';
import { RootKeyWarning } from '../../session/root-key-warning.tsx';
import { useSession } from '../../session/use-session.ts';
import { AccessKeySection } from './access-key-section.tsx';

/** Page of the caller's AccessKeys (S23, S41). */
export function Component() {
  const { t } = useTranslation('access-keys');
  const { Principal: principal } = useSession();
  if (principal.Type === 'root') return <RootKeys />;
  if (principal.Type === 'assumed-role') return <OwnerOnly title={t('page.own')} />;
  return (
    <Page title={t('page.own')} description={t('page.ownText')}>
      <AccessKeySection
        owner={{ kind: 'self', userId: principal.UserId ?? '', loginName: principal.LoginName }}
      />
    </Page>
  );
}

function RootKeys() {
  const { t } = useTranslation('access-keys');
  const navigate = useNavigate();
  const { state } = useLocation() as { readonly state: { readonly rootWarningSeen?: boolean } | null };
  const [seen, setSeen] = useState(state?.rootWarningSeen === true);
  return (
    <Page title={t('page.root')} description={t('page.rootText')}>
      {seen ? (
        <>
          <Alert type="warning" showIcon title={t('page.rootWarning')} className="space-below" />
          <AccessKeySection owner={{ kind: 'root' }} />
        </>
      ) : (
        // The warning of the menu is also shown when the page is opened by its URL.
        <RootKeyWarning open onCancel={() => void navigate('/')} onContinue={() => setSeen(true)} />
      )}
    </Page>
  );
}
