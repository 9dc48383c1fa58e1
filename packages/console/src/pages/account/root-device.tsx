import { App, Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DeviceBinding } from '../../components/device-binding.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';

/** MFA device of the account root, which the operations of RAM cannot bind. */
export function RootDevice() {
  const { t } = useTranslation(['account', 'users', 'shell']);
  const { message } = App.useApp();
  const query = useCall('Ims', 'GetAccountMFAInfo', {});
  const binding = useChange();
  const unbinding = useChange();
  const [confirming, setConfirming] = useState(false);
  // The seed is a secret: it is kept here and not cached.
  const [device, setDevice] = useState<AnswerOf<'Claviger', 'BeginRootDevice'>>();
  const bound = query.data?.IsMFAEnable === true;

  async function begin(): Promise<void> {
    setDevice(await binding.run(() => call('Claviger', 'BeginRootDevice', {})));
  }

  async function bind(Code1: string, Code2: string): Promise<void> {
    if (!(await binding.run(() => call('Claviger', 'BindRootDevice', { Code1, Code2 })))) return;
    message.success(t('users:mfa.bound'));
    setDevice(undefined);
  }

  async function unbind(): Promise<void> {
    if (!(await unbinding.run(() => call('Claviger', 'UnbindRootDevice', {})))) return;
    message.success(t('users:mfa.unbound'));
    setConfirming(false);
  }

  return (
    <section className="surface" aria-labelledby="root-device">
      <div className="section-head">
        <h2 id="root-device">{t('users:mfa.title')}</h2>
        {query.data &&
          (bound ? (
            <Button danger onClick={() => setConfirming(true)}>
              {t('users:mfa.unbind')}
            </Button>
          ) : (
            <Button type="primary" loading={binding.running} onClick={() => void begin()}>
              {t('users:mfa.bind')}
            </Button>
          ))}
      </div>
      {query.isLoading && <Loading />}
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {!device && <ErrorNotice error={binding.error} />}
      {query.data && <p className="quiet">{t(bound ? 'rootDevice.bound' : 'rootDevice.none')}</p>}
      <Modal
        open={device !== undefined}
        title={t('users:mfa.bind')}
        footer={null}
        destroyOnHidden
        onCancel={() => setDevice(undefined)}
      >
        <ErrorNotice error={binding.error} />
        {device && (
          <DeviceBinding
            seed={device.Seed}
            qrCodePng={device.QRCodePNG}
            running={binding.running}
            onCodes={(first, second) => void bind(first, second)}
          />
        )}
      </Modal>
      <ConfirmDialog
        open={confirming}
        title={t('users:mfa.unbind')}
        confirmText={t('users:mfa.unbind')}
        running={unbinding.running}
        error={unbinding.error}
        onCancel={() => setConfirming(false)}
        onConfirm={() => void unbind()}
      >
        {t('users:mfa.unbindText')}
      </ConfirmDialog>
    </section>
  );
}
