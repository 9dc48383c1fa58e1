import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Setting for presigned requests, by which Kubernetes clusters learn who signs in. */
export function PresignedIdentity() {
  const { t } = useTranslation('settings');
  const query = useCall('Claviger', 'GetAccountProtection', {});
  return (
    <section className="surface" aria-labelledby="presigned-identity">
      <div className="section-head">
        <h2 id="presigned-identity">{t('presigned.title')}</h2>
        <p>{t('presigned.text')}</p>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {query.data && (
        <SettingsForm
          values={{ PresignedIdentityAllowed: query.data.PresignedIdentityAllowed ?? true }}
          save={(fields) => call('Claviger', 'SetAccountProtection', fields)}
        >
          <SwitchField
            name="PresignedIdentityAllowed"
            label={t('presigned.switch')}
            hint={t('presigned.hint')}
          />
        </SettingsForm>
      )}
    </section>
  );
}
