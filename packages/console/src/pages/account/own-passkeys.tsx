import { startRegistration } from '@simplewebauthn/browser';
import { App, Button, Form, Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { passkeyError } from '../../session/passkey-error.ts';
import { UserPasskeys } from '../users/user-passkeys.tsx';

/** Passkeys of the caller, with registration of a new one. */
export function OwnPasskeys() {
  const { t } = useTranslation('account');
  const [registering, setRegistering] = useState(false);
  return (
    <>
      <UserPasskeys actions={<Button onClick={() => setRegistering(true)}>{t('passkey.register')}</Button>} />
      {registering && <RegisterDialog onClosed={() => setRegistering(false)} />}
    </>
  );
}

function RegisterDialog({ onClosed }: { readonly onClosed: () => void }) {
  const { t } = useTranslation(['account', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function register(Name: string): Promise<void> {
    const done = await change.run(async () => {
      const { Options } = await call('Claviger', 'BeginPasskeyRegistration', {});
      const Response = await startRegistration({ optionsJSON: Options }).catch((reason: unknown) => {
        throw passkeyError(reason);
      });
      return call('Claviger', 'RegisterPasskey', { Name, Response });
    });
    if (!done) return;
    message.success(t('passkey.registered'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('passkey.register')}
      okText={t('passkey.go')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <p>{t('passkey.text')}</p>
      <Form
        id={formId}
        layout="vertical"
        requiredMark={false}
        onFinish={({ name }: { name: string }) => void register(name.trim())}
      >
        <Form.Item
          name="name"
          label={t('passkey.name')}
          extra={t('passkey.nameHint')}
          rules={[
            { required: true, whitespace: true, message: t('shell:required') },
            { max: 64, message: t('passkey.tooLong') },
          ]}
        >
          <Input autoFocus autoComplete="off" />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
