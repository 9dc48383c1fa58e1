import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StepHeading } from './step-heading.tsx';
import { type SignInAnswer, useSignInCall } from './use-sign-in-call.ts';

interface Fields {
  readonly loginName: string;
  readonly password: string;
}

/** Step for login name and password, or for the login name only with the identity provider of the account. */
export function PasswordStep({ onAnswer }: { readonly onAnswer: (answer: SignInAnswer) => void }) {
  const { t, i18n } = useTranslation(['sign-in', 'shell', 'errors']);
  const [form] = Form.useForm<Fields>();
  const [address] = useSearchParams();
  const { running, error, send } = useSignInCall(onAnswer);
  const sso = useChange();
  const rules = [{ required: true, message: t('shell:required') }];
  // A failed sign-in by an identity provider returns with an error code in the URL.
  const refusedCode = address.get('error');
  // The URL is untrusted input: only known codes are shown.
  const isKnown = i18n.exists((refusedCode ?? '').replaceAll('.', '_'), { ns: 'errors' });
  const refused =
    refusedCode !== null && isKnown ? new ApiError({ code: refusedCode, status: 0, message: '' }) : null;

  async function toProvider(): Promise<void> {
    const { loginName } = await form.validateFields(['loginName']);
    const answer = await sso.run(() => call('Claviger', 'BeginSamlSignIn', { LoginName: loginName.trim() }));
    if (answer) window.location.assign(answer.Location);
  }

  return (
    <>
      <StepHeading title={t('title')} lead={t('lead')} />
      <ErrorNotice error={error ?? sso.error ?? refused} />
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={({ loginName, password }) =>
          void send(() => call('Claviger', 'SignIn', { LoginName: loginName.trim(), Password: password }))
        }
      >
        <Form.Item name="loginName" label={t('loginName')} extra={t('loginNameHint')} rules={rules}>
          <Input autoFocus autoComplete="username" spellCheck={false} autoCapitalize="none" />
        </Form.Item>
        <Form.Item name="password" label={t('password')} rules={rules}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={running}>
          {t('signIn')}
        </Button>
        <Button
          type="link"
          block
          loading={sso.running}
          // A missing login name is reported at its field.
          onClick={() => void toProvider().catch(() => {})}
        >
          {t('sso')}
        </Button>
      </Form>
    </>
  );
}
