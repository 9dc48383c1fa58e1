import { App, Form, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoginProfileFields, type LoginProfileInput } from './login-profile-fields.tsx';
import { NewPasswordDialog } from './new-password-dialog.tsx';
import { suitablePassword } from './suitable-password.ts';

type Profile = NonNullable<AnswerOf<'Ims', 'GetLoginProfile'>['LoginProfile']>;

/** Dialog to enable or change the console sign-in of a user; a generated password is shown once. */
export function LoginProfileDialog({
  loginName,
  profile,
  onClosed,
}: {
  readonly loginName: string;
  readonly profile: Profile | undefined;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['users', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const [generated, setGenerated] = useState<string>();

  async function save(fields: LoginProfileInput & { readonly status?: string }): Promise<void> {
    const password =
      fields.passwordKind === 'generate'
        ? await suitablePassword()
        : fields.passwordKind === 'choose'
          ? fields.password
          : undefined;
    const done = await change.run(() =>
      call('Ims', profile ? 'UpdateLoginProfile' : 'CreateLoginProfile', {
        UserPrincipalName: loginName,
        Password: password,
        PasswordResetRequired: fields.resetRequired,
        MFABindRequired: fields.mfaRequired,
        Status: fields.status ?? 'Active',
      }),
    );
    if (!done) return;
    message.success(t('signIn.saved'));
    if (fields.passwordKind === 'generate') setGenerated(password);
    else onClosed();
  }

  if (generated !== undefined) {
    return <NewPasswordDialog loginName={loginName} password={generated} onClosed={onClosed} />;
  }
  return (
    <Modal
      open
      title={t(profile ? 'signIn.change' : 'signIn.enable')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form
        id={formId}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          passwordKind: profile ? 'keep' : 'generate',
          resetRequired: profile?.PasswordResetRequired ?? true,
          mfaRequired: profile?.MFABindRequired ?? true,
          status: profile?.Status ?? 'Active',
        }}
        onFinish={(fields: LoginProfileInput & { readonly status?: string }) => void save(fields)}
      >
        {profile && (
          <Form.Item name="status" label={t('signIn.status')}>
            <Select
              options={[
                { value: 'Active', label: t('signIn.active') },
                { value: 'Inactive', label: t('signIn.inactive') },
              ]}
            />
          </Form.Item>
        )}
        <LoginProfileFields canKeep={profile !== undefined} />
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
