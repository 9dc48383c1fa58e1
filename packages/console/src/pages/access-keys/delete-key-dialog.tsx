import { Alert, App, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import type { AccessKey } from './use-keys.ts';

/**
 * Dialog to move a key to the recycle bin; its ID must be typed. An active key must be disabled first, so that
 * remaining users of it are noticed while it can be enabled again.
 */
export function DeleteKeyDialog({
  owner,
  accessKey,
  open,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly accessKey: AccessKey;
  readonly open: boolean;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const { message } = App.useApp();
  const change = useChange();
  const parameters = { ...ownerParameters(owner), UserAccessKeyId: accessKey.id };

  async function remove(): Promise<void> {
    const done = await change.run(() => call('Ims', 'DeleteAccessKey', parameters));
    if (!done) return;
    message.success(t('delete.done'));
    onClosed();
  }

  if (accessKey.isActive) {
    return (
      <Modal
        open={open}
        title={t('delete.title')}
        okText={t('delete.disableFirst')}
        cancelText={t('shell:cancel')}
        okButtonProps={{ loading: change.running }}
        onCancel={onClosed}
        onOk={() =>
          void change.run(() => call('Ims', 'UpdateAccessKey', { ...parameters, Status: 'Inactive' }))
        }
      >
        <Alert type="warning" showIcon title={t('delete.stillActive')} />
        <ErrorNotice error={change.error} />
      </Modal>
    );
  }
  return (
    <ConfirmDialog
      open={open}
      title={t('delete.title')}
      confirmText={t('delete.confirm')}
      typed={accessKey.id}
      running={change.running}
      error={change.error}
      onCancel={onClosed}
      onConfirm={() => void remove()}
    >
      {t('delete.text')}
    </ConfirmDialog>
  );
}
