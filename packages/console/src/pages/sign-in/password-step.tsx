import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { NextStep } from './sign-in.tsx';
import { StepHeading } from './step-heading.tsx';
import { useSignInCall } from './use-sign-in-call.ts';

/** Login name and password. */
export function PasswordStep({ goOn }: { readonly goOn: (answer: NextStep) => void }) {
  const { t } = useTranslation(['sign-in', 'shell']);
  const { running, error, send } = useSignInCall(goOn);
  const rules = [{ required: true, message: t('shell:required') }];
  return (
    <>
      <StepHeading title={t('title')} lead={t('lead')} />
      <ErrorNotice error={error} />
      <Form
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={({ loginName, password }: { loginName: string; password: string }) =>
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
      </Form>
    </>
  );
}
