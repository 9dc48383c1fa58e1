import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../layout/page.tsx';
import { OidcProviders } from './oidc-providers.tsx';
import { SamlProviders } from './saml-providers.tsx';
import { UserSso } from './user-sso.tsx';

/** Page of identity providers and user SSO. */
export function Component() {
  const { t } = useTranslation('sso');
  const [address, setAddress] = useSearchParams();
  return (
    <Page title={t('title')} description={t('lead')}>
      <Tabs
        activeKey={address.get('tab') ?? 'saml'}
        onChange={(tab) => setAddress(tab === 'saml' ? {} : { tab })}
        items={[
          { key: 'saml', label: t('saml.title'), children: <SamlProviders /> },
          { key: 'oidc', label: t('oidc.title'), children: <OidcProviders /> },
          { key: 'user-sso', label: t('userSso.title'), children: <UserSso /> },
        ]}
      />
    </Page>
  );
}
