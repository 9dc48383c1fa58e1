import { Button, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { NetworkPolicyDialog } from './network-policy-dialog.tsx';
import type { NewKey } from './new-key.ts';
import { applySettings, type NewKeySettings } from './new-key-settings.ts';
import { RootCreateDialog } from './root-create-dialog.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { takeOver } from './take-over.ts';
import { UseCaseDialog } from './use-case-dialog.tsx';
import type { AccessKey } from './use-keys.ts';

type Step =
  | { readonly at: 'warning' }
  | { readonly at: 'secret'; readonly newKey: NewKey }
  | { readonly at: 'offer' | 'network'; readonly keyId: string };

/**
 * Steps to create a key: warning with optional note, expiry and networks, acknowledgement, step-up (if the server requires
 * it), the secret, and an optional network policy.
 *
 * The secret is kept only in the state of this component, and cleared when its dialog closes.
 * @param replaces key whose network restriction and expiry the new one takes over
 * @param onClosed called after the last step
 */
export function CreateAccessKey({
  owner,
  replaces,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly replaces?: AccessKey | undefined;
  readonly onClosed: () => void;
}): ReactNode {
  const { t } = useTranslation(['access-keys', 'shell']);
  const [step, setStep] = useState<Step>({ at: 'warning' });
  const change = useChange();
  const navigate = useNavigate();

  async function create(settings: NewKeySettings): Promise<void> {
    const answer = await change.run(() => call('Ims', 'CreateAccessKey', ownerParameters(owner)));
    const made = answer?.AccessKey;
    if (made === undefined) return;
    const id = made.AccessKeyId ?? '';
    const applied = await change.run(async () => {
      if (replaces !== undefined) await takeOver(owner, replaces, id, Date.now());
      return applySettings(owner, id, settings);
    });
    if (applied === undefined) {
      // Its secret was not shown: it goes, rather than being usable without its limits.
      await call('Ims', 'DeleteAccessKey', { ...ownerParameters(owner), UserAccessKeyId: id }).catch(
        () => {},
      );
      return;
    }
    setStep({ at: 'secret', newKey: { id, secret: made.AccessKeySecret ?? '' } });
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
      return (
        <Warning
          open
          running={change.running}
          onCancel={onClosed}
          onContinue={(settings) => void create(settings)}
        />
      );
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
          onCancel={onClosed}
          footer={
            <>
              <Button onClick={onClosed}>{t('offer.later')}</Button>
              {owner.kind === 'user' && (
                <Button
                  onClick={() => {
                    onClosed();
                    void navigate(`/users/${owner.userId}?tab=permissions`);
                  }}
                >
                  {t('offer.permissions')}
                </Button>
              )}
              <Button type="primary" onClick={() => setStep({ at: 'network', keyId: step.keyId })}>
                {t('offer.configure')}
              </Button>
            </>
          }
        >
          <p>
            {t('offer.made')} <span className="code">{step.keyId}</span>
          </p>
          {owner.kind === 'user' && <p>{t('offer.permissionsText')}</p>}
          <p>{t(owner.kind === 'root' ? 'offer.recommended' : 'offer.optional')}</p>
        </Modal>
      );
    case 'network':
      return <NetworkPolicyDialog owner={owner} keyId={step.keyId} onClosed={onClosed} />;
  }
}
