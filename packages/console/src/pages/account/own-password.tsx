import { App, Button, Form, Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { sessionEnded } from '../../api/query-client.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PasswordRuleList } from '../../components/password-rule-list.tsx';

interface Fields {
  /** The account root confirms with a step-up instead of the old password. */
  readonly before?: string;
  readonly password: string;
}

/** Form to change the caller's password, which ends all console sessions. */
export function OwnPassword({ isRoot }: { readonly isRoot: boolean }) {
  const { t } = useTranslation(['account', 'shell']);
  const [open, setOpen] = useState(false);
  return (
    <section className="surface" aria-labelledby="own-password">
      <div className="section-head">
        <h2 id="own-password">{t('password.title')}</h2>
        <Button onClick={() => setOpen(true)}>{t('password.change')}</Button>
        <p>{t('password.text')}</p>
      </div>
      {open && <PasswordDialog isRoot={isRoot} onClosed={() => setOpen(false)} />}
    </section>
  );
}

function PasswordDialog({ isRoot, onClosed }: { readonly isRoot: boolean; readonly onClosed: () => void }) {
  const { t } = useTranslation(['account', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const rules = useCall('Ims', 'GetPasswordPolicy', {});
  const required = { required: true, message: t('shell:required') };

  async function save({ before = '', password }: Fields): Promise<void> {
    const done = await change.run(() =>
      isRoot
        ? call('Claviger', 'ChangeRootPassword', { NewPassword: password })
        : call('Ims', 'ChangePassword', { OldPassword: before, NewPassword: password }),
    );
    if (!done) return;
    message.success(t('password.changed'));
    // The server has ended the session.
    sessionEnded('password-changed');
  }

  return (
    <Modal
      open
      title={t('password.change')}
      okText={t('password.change')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      {/* Without permission to read the rules, the server's error names them. */}
      <PasswordRuleList rules={rules.data?.PasswordPolicy ?? {}} />
      <Form<Fields>
        id={formId}
        layout="vertical"
        requiredMark={false}
        onFinish={(fields) => void save(fields)}
      >
        {!isRoot && (
          <Form.Item name="before" label={t('password.before')} rules={[required]}>
            <Input.Password autoFocus autoComplete="current-password" />
          </Form.Item>
        )}
        <Form.Item name="password" label={t('password.new')} rules={[required]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('password.again')}
          dependencies={['password']}
          rules={[
            required,
            ({ getFieldValue }) => ({
              validator: async (_, value: string) => {
                if (value && value !== getFieldValue('password')) throw new Error(t('password.differ'));
              },
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
