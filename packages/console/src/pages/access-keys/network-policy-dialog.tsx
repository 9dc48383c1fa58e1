import { Alert, App, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { type NetworkPolicy, readNetworkPolicy } from './network-policy.ts';
import { NetworkPolicyForm } from './network-policy-form.tsx';

/** Dialog for the network policy of a key (S34, S51). */
export function NetworkPolicyDialog({
  owner,
  keyId,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly keyId: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const parameters = { ...ownerParameters(owner), UserAccessKeyId: keyId };
  const current = useCall('Ims', 'GetAccessKeyPolicy', parameters);
  const change = useChange();

  async function save(policy: NetworkPolicy): Promise<void> {
    const done = await change.run(() =>
      call('Ims', 'SetAccessKeyPolicy', { ...parameters, AccessKeyPolicy: JSON.stringify(policy) }),
    );
    if (!done) return;
    message.success(t('network.saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('network.title')}
      width={600}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running, disabled: !current.data }}
      onCancel={onClosed}
    >
      <p>
        <span className="code">{keyId}</span>
      </p>
      <Alert type="info" showIcon title={t('network.explain')} className="space-below" />
      <ErrorNotice error={current.error} retry={() => void current.refetch()} />
      {current.isLoading && <Loading />}
      {current.data && (
        <NetworkPolicyForm
          formId={formId}
          policy={readNetworkPolicy(current.data.AccessKeyPolicy)}
          onSave={(policy) => void save(policy)}
        />
      )}
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
