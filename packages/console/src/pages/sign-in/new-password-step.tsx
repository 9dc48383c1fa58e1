import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { PasswordRules } from '../../api/claviger-operations.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PasswordRuleList } from '../../components/password-rule-list.tsx';
import { StepHeading } from './step-heading.tsx';
import { type SignInAnswer, useSignInCall } from './use-sign-in-call.ts';

/** Step to change a one-time or expired password. */
export function NewPasswordStep({
  rules,
  onAnswer,
  onRestart,
}: {
  readonly rules: PasswordRules;
  readonly onAnswer: (answer: SignInAnswer) => void;
  readonly onRestart: () => void;
}) {
  const { t } = useTranslation(['sign-in', 'shell']);
  const { running, error, send } = useSignInCall(onAnswer);
  const required = { required: true, message: t('shell:required') };
  return (
    <>
      <StepHeading title={t('newPassword.title')} lead={t('newPassword.lead')} />
      <PasswordRuleList rules={rules} />
      <ErrorNotice error={error} />
      <Form
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={({ password }: { password: string }) =>
          void send(() => call('Claviger', 'ChooseSignInPassword', { NewPassword: password }))
        }
      >
        <Form.Item name="password" label={t('newPassword.password')} rules={[required]}>
          <Input.Password autoFocus autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('newPassword.again')}
          dependencies={['password']}
          rules={[
            required,
            ({ getFieldValue }) => ({
              validator: async (_, value: string) => {
                if (value && value !== getFieldValue('password')) throw new Error(t('newPassword.differ'));
              },
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={running}>
          {t('newPassword.set')}
        </Button>
      </Form>
      <Button type="link" block onClick={onRestart} className="space-above">
        {t('startAgain')}
      </Button>
    </>
  );
}
