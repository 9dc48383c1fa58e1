import { useTranslation } from 'react-i18next';
import { DescriptionList } from '../../components/description-list.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { OwnerOnly } from '../../session/owner-only.tsx';
import { useSession } from '../../session/use-session.ts';
import { MfaDevice } from '../users/mfa-device.tsx';
import { OwnPasskeys } from './own-passkeys.tsx';
import { OwnPassword } from './own-password.tsx';
import { RootDevice } from './root-device.tsx';
import { Sessions } from './sessions.tsx';

/** Security settings of the caller: password, second factor, passkeys, console sessions. */
export function Component() {
  const { t } = useTranslation('account');
  const format = useFormat();
  const session = useSession();
  const { Principal: principal } = session;
  const isRoot = principal.Type === 'root';
  if (principal.Type === 'assumed-role') return <OwnerOnly title={t('title')} />;
  return (
    <Page title={t('title')} description={t('lead')}>
      <section className="surface" aria-labelledby="identity">
        <h2 id="identity">{t('identity.title')}</h2>
        <DescriptionList
          rows={[
            [t('identity.loginName'), principal.LoginName],
            [t('identity.type'), t(isRoot ? 'identity.root' : 'identity.user')],
            [
              t('identity.account'),
              <span key="account" className="code">
                {principal.AccountId}
              </span>,
            ],
            ...(isRoot
              ? []
              : ([
                  [
                    t('identity.userId'),
                    <span key="user" className="code">
                      {principal.UserId}
                    </span>,
                  ],
                  [t('identity.displayName'), principal.DisplayName],
                ] as const)),
            [t('identity.signedIn'), format.moment(session.SignedInAt)],
            [t('identity.expires'), format.moment(session.ExpiresAt)],
          ]}
        />
      </section>
      <OwnPassword isRoot={isRoot} />
      {isRoot ? (
        <RootDevice />
      ) : (
        <>
          <MfaDevice loginName={principal.LoginName} />
          <OwnPasskeys />
        </>
      )}
      <Sessions />
    </Page>
  );
}
