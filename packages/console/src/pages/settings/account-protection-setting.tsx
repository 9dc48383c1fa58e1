import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Settings of `SetAccountProtection`: anchor, and value until the server has answered with one. */
const SETTINGS = {
  /** Changes of credentials and permissions by AccessKey without a second factor. */
  CredentialChangesNeedMFA: { id: 'credential-protection', byDefault: false },
  /** Presigned requests, by which Kubernetes clusters learn who signs in. */
  PresignedIdentityAllowed: { id: 'presigned-identity', byDefault: true },
  /** Role sessions whose AccessKey is disabled or deleted. */
  RoleSessionsEndWithAccessKey: { id: 'sessions-of-key', byDefault: true },
} as const;

/** One setting of an account beyond RAM's, with its switch. */
export function AccountProtectionSetting({ name }: { readonly name: keyof typeof SETTINGS }) {
  const { t } = useTranslation('settings');
  const query = useCall('Claviger', 'GetAccountProtection', {});
  const { id, byDefault } = SETTINGS[name];
  return (
    <section className="surface" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{t(`accountProtection.${name}.title`)}</h2>
        <p>{t(`accountProtection.${name}.text`)}</p>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {query.data && (
        <SettingsForm
          values={{ [name]: query.data[name] ?? byDefault }}
          save={(fields) => call('Claviger', 'SetAccountProtection', fields)}
        >
          <SwitchField
            name={name}
            label={t(`accountProtection.${name}.switch`)}
            hint={t(`accountProtection.${name}.hint`)}
          />
          {name === 'CredentialChangesNeedMFA' && (
            <Alert type="warning" showIcon title={t('accountProtection.CredentialChangesNeedMFA.clients')} />
          )}
        </SettingsForm>
      )}
    </section>
  );
}
