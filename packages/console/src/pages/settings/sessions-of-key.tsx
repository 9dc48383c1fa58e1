import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Setting for role sessions whose AccessKey is disabled or deleted. */
export function SessionsOfKey() {
  const { t } = useTranslation('settings');
  const query = useCall('Claviger', 'GetAccountProtection', {});
  return (
    <section className="surface" aria-labelledby="sessions-of-key">
      <div className="section-head">
        <h2 id="sessions-of-key">{t('sessionsOfKey.title')}</h2>
        <p>{t('sessionsOfKey.text')}</p>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {query.data && (
        <SettingsForm
          values={{ RoleSessionsEndWithAccessKey: query.data.RoleSessionsEndWithAccessKey ?? true }}
          save={(fields) => call('Claviger', 'SetAccountProtection', fields)}
        >
          <SwitchField
            name="RoleSessionsEndWithAccessKey"
            label={t('sessionsOfKey.switch')}
            hint={t('sessionsOfKey.hint')}
          />
        </SettingsForm>
      )}
    </section>
  );
}
