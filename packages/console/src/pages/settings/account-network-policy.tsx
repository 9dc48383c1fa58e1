import { App, Button } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { type NetworkPolicy, readNetworkPolicy } from '../access-keys/network-policy.ts';
import { NetworkPolicyForm } from '../access-keys/network-policy-form.tsx';

/** Network policy of the account, for AccessKeys without their own. */
export function AccountNetworkPolicy() {
  const { t } = useTranslation(['settings', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const current = useCall('Ims', 'GetAccessKeyPolicyForAccount', {});
  const change = useChange();

  async function save(policy: NetworkPolicy): Promise<void> {
    const done = await change.run(() =>
      call('Ims', 'SetAccessKeyPolicyForAccount', { AccessKeyPolicy: JSON.stringify(policy) }),
    );
    if (done) message.success(t('saved'));
  }

  return (
    <section className="surface" aria-labelledby="account-network">
      <div className="section-head">
        <h2 id="account-network">{t('network.title')}</h2>
        <p>{t('network.text')}</p>
      </div>
      <ErrorNotice error={current.error} retry={() => void current.refetch()} />
      {current.isLoading && <Loading />}
      {current.data && (
        <div className="narrow-form">
          <NetworkPolicyForm
            formId={formId}
            policy={readNetworkPolicy(current.data.AccessKeyPolicy)}
            onSave={(policy) => void save(policy)}
          />
          <ErrorNotice error={change.error} />
          <Button type="primary" htmlType="submit" form={formId} loading={change.running}>
            {t('shell:save')}
          </Button>
        </div>
      )}
    </section>
  );
}
