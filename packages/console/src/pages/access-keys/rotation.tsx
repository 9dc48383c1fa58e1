import { Alert, Button, Modal, Steps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { KeyLastUse } from './key-last-use.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { type AccessKey, useKeyUse } from './use-keys.ts';

/** Interval for reading the last uses of both keys, in milliseconds. */
const WATCH_INTERVAL_MS = 5000;

/** Time without use after which a key counts as unused, in milliseconds; a day, for daily jobs. */
const QUIET_MS = 86_400_000;

/**
 * Guided rotation of a key: create a second key, switch programs and wait until the first is unused, disable it, delete
 * it. The current step is derived from the keys, so that the rotation can be continued days later by its URL.
 */
export function Rotation({
  owner,
  keys,
  oldKeyId,
  onCreate,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly keys: readonly AccessKey[];
  readonly oldKeyId: string;
  readonly onCreate: () => void;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const old = keys.find((key) => key.id === oldKeyId);
  const replacement = keys.find((key) => key.id !== oldKeyId);
  const step = old === undefined ? 4 : !old.isActive ? 3 : replacement === undefined ? 0 : 1;
  return (
    <Modal
      open
      title={t('rotation.title')}
      width={720}
      footer={<Button onClick={onClosed}>{t(step === 4 ? 'rotation.finish' : 'rotation.leave')}</Button>}
      onCancel={onClosed}
    >
      <Steps
        size="small"
        current={step}
        responsive
        items={(['create', 'watch', 'disable', 'delete'] as const).map((key) => ({
          title: t(`rotation.step.${key}`),
        }))}
        className="rotation-steps"
      />
      {old === undefined ? (
        <Alert type="success" showIcon title={t('rotation.done')} />
      ) : (
        <Work owner={owner} old={old} replacement={replacement} onCreate={onCreate} />
      )}
    </Modal>
  );
}

function Work({
  owner,
  old,
  replacement,
  onCreate,
}: {
  readonly owner: KeyOwner;
  readonly old: AccessKey;
  readonly replacement: AccessKey | undefined;
  readonly onCreate: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const change = useChange();
  const [deleting, setDeleting] = useState(false);
  const oldUse = useKeyUse(owner, old.id, WATCH_INTERVAL_MS);

  async function setStatus(status: 'Active' | 'Inactive'): Promise<void> {
    await change.run(() =>
      call('Ims', 'UpdateAccessKey', {
        ...ownerParameters(owner),
        UserAccessKeyId: old.id,
        Status: status,
      }),
    );
  }

  const lastUsed = oldUse.use?.at ?? '';
  const silent = lastUsed === '' || Date.now() - Date.parse(lastUsed) > QUIET_MS;
  return (
    <>
      <div className="rotation-keys">
        <section className="rotation-key">
          <h3>{t('rotation.old')}</h3>
          <p className="code">{old.id}</p>
          <KeyLastUse use={oldUse.use} error={oldUse.error} />
        </section>
        {replacement && <Replacement owner={owner} accessKey={replacement} />}
      </div>
      {!old.isActive ? (
        <>
          <p>{t('rotation.text.delete')}</p>
          <Button danger onClick={() => setDeleting(true)}>
            {t('action.delete')}
          </Button>{' '}
          <Button loading={change.running} onClick={() => void setStatus('Active')}>
            {t('rotation.enableAgain')}
          </Button>
        </>
      ) : replacement === undefined ? (
        <>
          <p>{t('rotation.text.create')}</p>
          <Button type="primary" onClick={onCreate}>
            {t('rotation.createSecond')}
          </Button>
        </>
      ) : (
        <>
          <p>{t('rotation.text.watch')}</p>
          <Alert
            role="status"
            type={silent ? 'success' : 'warning'}
            showIcon
            title={t(silent ? 'rotation.silent' : 'rotation.stillUsed')}
            className="space-below"
          />
          <Button
            type="primary"
            danger={!silent}
            loading={change.running}
            onClick={() => void setStatus('Inactive')}
          >
            {t('rotation.disableOld')}
          </Button>
        </>
      )}
      <ErrorNotice error={change.error} />
      <DeleteKeyDialog owner={owner} accessKey={old} open={deleting} onClosed={() => setDeleting(false)} />
    </>
  );
}

function Replacement({ owner, accessKey }: { readonly owner: KeyOwner; readonly accessKey: AccessKey }) {
  const { t } = useTranslation('access-keys');
  const { use, error } = useKeyUse(owner, accessKey.id, WATCH_INTERVAL_MS);
  return (
    <section className="rotation-key">
      <h3>{t('rotation.new')}</h3>
      <p className="code">{accessKey.id}</p>
      <KeyLastUse use={use} error={error} />
    </section>
  );
}
