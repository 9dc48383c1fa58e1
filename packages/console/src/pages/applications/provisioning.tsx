import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Provisioning of an application of this account in this account. */
export function Provisioning({
  appId,
  scopes,
}: {
  readonly appId: string;
  readonly scopes: readonly string[];
}) {
  const { t } = useTranslation('applications');
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Ims', 'ListApplicationProvisionInfos', {});
  const change = useChange();
  const infos = query.data?.ApplicationProvisionInfos?.ApplicationProvisionInfo ?? [];
  const provisioned = infos.find(({ AppId }) => AppId === appId);

  async function toggle(): Promise<void> {
    const done = await change.run(() =>
      provisioned
        ? call('Ims', 'DeprovisionApplication', { AppId: appId })
        : call('Ims', 'ProvisionApplication', {
            AppId: appId,
            ...(scopes.length > 0 && { Scopes: scopes.join(';') }),
          }),
    );
    if (done) message.success(t('saved'));
  }

  return (
    <section className="surface" aria-labelledby="provisioning">
      <div className="section-head">
        <h2 id="provisioning">{t('provisioning.title')}</h2>
        <Button loading={change.running} disabled={query.isLoading} onClick={() => void toggle()}>
          {t(provisioned ? 'provisioning.remove' : 'provisioning.add')}
        </Button>
        <p>{t('provisioning.text')}</p>
      </div>
      <ErrorNotice error={query.error ?? change.error} />
      {query.isLoading && <Loading />}
      {query.data && (
        <p>
          {provisioned
            ? t('provisioning.since', { time: format.moment(provisioned.CreateDate) })
            : t('provisioning.none')}
        </p>
      )}
    </section>
  );
}
