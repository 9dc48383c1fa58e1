import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyableName } from '../../components/copyable-name.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { useSession } from '../../session/use-session.ts';

/** Names of role-based SSO, those of RAM: providers that are set up for RAM need no change. */
const ROLE_SSO = {
  entityId: 'urn:alibaba:cloudcomputing',
  acs: 'https://signin.aliyun.com/saml-role/sso',
  role: 'https://www.aliyun.com/SAML-Role/Attributes/Role',
  sessionName: 'https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName',
};

/** What an identity provider has to be set up with: for role-based SSO, or for the sign-in of users to this console. */
export function ProviderSettings({ kind }: { readonly kind: 'role' | 'user' }) {
  const { t } = useTranslation('sso');
  const id = useId();
  const { Principal } = useSession();
  const { origin } = window.location;
  const rows: readonly (readonly [string, string])[] =
    kind === 'role'
      ? [
          [t('settings.entityId'), ROLE_SSO.entityId],
          [t('settings.acs'), ROLE_SSO.acs],
          [t('settings.role'), ROLE_SSO.role],
          [t('settings.sessionName'), ROLE_SSO.sessionName],
        ]
      : [
          [t('settings.metadata'), `${origin}/saml/metadata/${Principal.AccountId}`],
          [t('settings.entityId'), `${origin}/saml/metadata/${Principal.AccountId}`],
          [t('settings.acs'), `${origin}/saml/sign-in/${Principal.AccountId}`],
        ];
  return (
    <section className="surface" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{t('settings.title')}</h2>
        <p>{t(`settings.${kind}Text`)}</p>
      </div>
      <DescriptionList
        rows={rows.map(([label, text]) => [label, <CopyableName key={label} text={text} />])}
      />
    </section>
  );
}
