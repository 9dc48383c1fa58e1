import { App, Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { DeviceBinding } from '../../components/device-binding.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { userNameOf } from './user-name.ts';

type NewDevice = NonNullable<AnswerOf<'Ims', 'CreateVirtualMFADevice'>['VirtualMFADevice']>;

/** MFA device of a user, to bind with its QR code or unbind. */
export function MfaDevice({ loginName }: { readonly loginName: string }) {
  const { t } = useTranslation(['users', 'shell']);
  const { message } = App.useApp();
  const query = useCall('Ims', 'GetUserMFAInfo', { UserPrincipalName: loginName });
  const unbinding = useChange();
  const binding = useChange();
  const [confirming, setConfirming] = useState(false);
  // The seed is a secret: it is kept here and not cached.
  const [device, setDevice] = useState<NewDevice>();
  const bound = query.data?.IsMFAEnable === true;

  /** The device has the name of the user, because users may manage a device of that name themselves. */
  async function begin(): Promise<void> {
    const made = await binding.run(() =>
      call('Ims', 'CreateVirtualMFADevice', { VirtualMFADeviceName: userNameOf(loginName) }),
    );
    setDevice(made?.VirtualMFADevice);
  }

  async function bind(first: string, second: string): Promise<void> {
    const done = await binding.run(() =>
      call('Ims', 'BindMFADevice', {
        UserPrincipalName: loginName,
        SerialNumber: device?.SerialNumber,
        AuthenticationCode1: first,
        AuthenticationCode2: second,
      }),
    );
    if (!done) return;
    message.success(t('mfa.bound'));
    setDevice(undefined);
  }

  /** Deletes a device that was not bound: its name would block the next one. */
  async function giveUp(): Promise<void> {
    const SerialNumber = device?.SerialNumber ?? '';
    setDevice(undefined);
    await binding.run(() => call('Ims', 'DeleteVirtualMFADevice', { SerialNumber }));
    binding.reset();
  }

  async function unbind(): Promise<void> {
    const done = await unbinding.run(() =>
      call('Ims', 'DisableVirtualMFA', { UserPrincipalName: loginName }),
    );
    if (!done) return;
    message.success(t('mfa.unbound'));
    setConfirming(false);
  }

  return (
    <section className="surface" aria-labelledby="mfa-device">
      <div className="section-head">
        <h2 id="mfa-device">{t('mfa.title')}</h2>
        {query.data &&
          (bound ? (
            <Button danger onClick={() => setConfirming(true)}>
              {t('mfa.unbind')}
            </Button>
          ) : (
            <Button loading={binding.running} onClick={() => void begin()}>
              {t('mfa.bind')}
            </Button>
          ))}
      </div>
      {query.isLoading && <Loading />}
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {!device && <ErrorNotice error={binding.error} />}
      {query.data &&
        (bound ? (
          <DescriptionList
            rows={[
              [
                t('mfa.serialNumber'),
                <span key="serial" className="code">
                  {query.data.MFADevice?.SerialNumber}
                </span>,
              ],
            ]}
          />
        ) : (
          <p className="quiet">{t('mfa.none')}</p>
        ))}
      <Modal
        open={device !== undefined}
        title={t('mfa.bind')}
        footer={null}
        destroyOnHidden
        onCancel={() => void giveUp()}
      >
        <ErrorNotice error={binding.error} />
        {device && (
          <DeviceBinding
            seed={device.Base32StringSeed ?? ''}
            qrCodePng={device.QRCodePNG ?? ''}
            running={binding.running}
            onCodes={(first, second) => void bind(first, second)}
          />
        )}
      </Modal>
      <ConfirmDialog
        open={confirming}
        title={t('mfa.unbind')}
        confirmText={t('mfa.unbind')}
        running={unbinding.running}
        error={unbinding.error}
        onCancel={() => setConfirming(false)}
        onConfirm={() => void unbind()}
      >
        {t('mfa.unbindText')}
      </ConfirmDialog>
    </section>
  );
}
