import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { NumberField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Setting for the longest lifetime of new AccessKeys. */
export function KeyExpiryCeiling() {
  const { t } = useTranslation('settings');
  const query = useCall('Claviger', 'GetAccessKeyExpiryCeiling', {});
  return (
    <section className="surface" aria-labelledby="expiry-ceiling">
      <div className="section-head">
        <h2 id="expiry-ceiling">{t('expiry.title')}</h2>
        <p>{t('expiry.text')}</p>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {query.data && (
        <SettingsForm
          values={{ Days: query.data.Days ?? 0 }}
          save={({ Days }) => call('Claviger', 'SetAccessKeyExpiryCeiling', { Days })}
        >
          <NumberField name="Days" label={t('expiry.days')} hint={t('expiry.hint')} min={0} max={3650} />
          <Alert type="info" showIcon title={t('expiry.clients')} />
        </SettingsForm>
      )}
    </section>
  );
}
