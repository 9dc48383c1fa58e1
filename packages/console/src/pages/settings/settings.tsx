import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../layout/page.tsx';
import { AccountNames } from './account-names.tsx';
import { AccountNetworkPolicy } from './account-network-policy.tsx';
import { AccountProtectionSetting } from './account-protection-setting.tsx';
import { KeyExpiryCeiling } from './key-expiry-ceiling.tsx';
import { PasswordPolicy } from './password-policy.tsx';
import { SecurityPreference } from './security-preference.tsx';

/** Page of the settings of the account. */
export function Component() {
  const { t } = useTranslation('settings');
  const [address, setAddress] = useSearchParams();
  return (
    <Page title={t('title')} description={t('lead')}>
      <Tabs
        activeKey={address.get('tab') ?? 'security'}
        onChange={(tab) => setAddress(tab === 'security' ? {} : { tab })}
        items={[
          { key: 'security', label: t('tab.security'), children: <SecurityPreference /> },
          { key: 'password', label: t('tab.password'), children: <PasswordPolicy /> },
          {
            key: 'access-keys',
            label: t('tab.accessKeys'),
            children: (
              <>
                <AccountNetworkPolicy />
                <KeyExpiryCeiling />
                <AccountProtectionSetting name="CredentialChangesNeedMFA" />
                <AccountProtectionSetting name="PresignedIdentityAllowed" />
                <AccountProtectionSetting name="RoleSessionsEndWithAccessKey" />
              </>
            ),
          },
          { key: 'names', label: t('tab.names'), children: <AccountNames /> },
        ]}
      />
    </Page>
  );
}
