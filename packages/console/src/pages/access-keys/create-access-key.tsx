import { Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { NetworkPolicyDialog } from './network-policy-dialog.tsx';
import { RootCreateDialog } from './root-create-dialog.tsx';
import { type NewKey, SecretDialog } from './secret-dialog.tsx';
import { UseCaseDialog } from './use-case-dialog.tsx';

type Step =
  | { readonly at: 'warning' }
  | { readonly at: 'secret'; readonly newKey: NewKey }
  | { readonly at: 'offer' | 'network'; readonly keyId: string };

/**
 * Steps to create a key: warning, acknowledgement, step-up (if the server requires it), the secret, and an optional
 * network policy.
 *
 * The secret is kept only in the state of this component, and cleared when its dialog closes.
 * @param onClosed called after the last step
 */
export function CreateAccessKey({
  owner,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly onClosed: () => void;
}): ReactNode {
  const { t } = useTranslation(['access-keys', 'shell']);
  const [step, setStep] = useState<Step>({ at: 'warning' });
  const change = useChange();

  async function create(): Promise<void> {
    const answer = await change.run(() => call('Ims', 'CreateAccessKey', ownerParameters(owner)));
    const made = answer?.AccessKey;
    if (made)
      setStep({ at: 'secret', newKey: { id: made.AccessKeyId ?? '', secret: made.AccessKeySecret ?? '' } });
  }

  if (change.error) {
    return (
      <Modal open title={t('create.failed')} footer={null} onCancel={onClosed}>
        <ErrorNotice error={change.error} />
      </Modal>
    );
  }
  switch (step.at) {
    case 'warning': {
      const Warning = owner.kind === 'root' ? RootCreateDialog : UseCaseDialog;
      return <Warning open running={change.running} onCancel={onClosed} onContinue={() => void create()} />;
    }
    case 'secret':
      return (
        <SecretDialog newKey={step.newKey} onClosed={() => setStep({ at: 'offer', keyId: step.newKey.id })} />
      );
    case 'offer':
      return (
        <Modal
          open
          title={t('offer.title')}
          okText={t('offer.configure')}
          cancelText={t('offer.later')}
          onCancel={onClosed}
          onOk={() => setStep({ at: 'network', keyId: step.keyId })}
        >
          <p>
            {t('offer.made')} <span className="code">{step.keyId}</span>
          </p>
          <p>{t(owner.kind === 'root' ? 'offer.recommended' : 'offer.optional')}</p>
        </Modal>
      );
    case 'network':
      return <NetworkPolicyDialog owner={owner} keyId={step.keyId} onClosed={onClosed} />;
  }
}
