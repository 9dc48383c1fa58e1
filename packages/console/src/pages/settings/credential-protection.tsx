import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Setting for changes of credentials and permissions by AccessKey without a second factor. */
export function CredentialProtection() {
  const { t } = useTranslation('settings');
  const query = useCall('Claviger', 'GetAccountProtection', {});
  return (
    <section className="surface" aria-labelledby="credential-protection">
      <div className="section-head">
        <h2 id="credential-protection">{t('protection.title')}</h2>
        <p>{t('protection.text')}</p>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {query.data && (
        <SettingsForm
          values={{ CredentialChangesNeedMFA: query.data.CredentialChangesNeedMFA ?? false }}
          save={(fields) => call('Claviger', 'SetAccountProtection', fields)}
        >
          <SwitchField
            name="CredentialChangesNeedMFA"
            label={t('protection.switch')}
            hint={t('protection.hint')}
          />
          <Alert type="warning" showIcon title={t('protection.clients')} />
        </SettingsForm>
      )}
    </section>
  );
}
