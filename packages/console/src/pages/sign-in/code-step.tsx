import { startAuthentication } from '@simplewebauthn/browser';
import { Button, Checkbox, Divider, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StepHeading } from './step-heading.tsx';
import { type SignInAnswer, useSignInCall } from './use-sign-in-call.ts';

/** Step for the second factor: a code of the MFA device, or a passkey. */
export function CodeStep({
  step,
  rememberAllowed,
  onAnswer,
  onRestart,
}: {
  readonly step: 'Code' | 'Passkey' | 'CodeOrPasskey';
  readonly rememberAllowed: boolean;
  readonly onAnswer: (answer: SignInAnswer) => void;
  readonly onRestart: () => void;
}) {
  const { t } = useTranslation(['sign-in', 'shell']);
  const { running, error, send } = useSignInCall(onAnswer);
  const [remember, setRemember] = useState(false);
  const remembered = rememberAllowed ? { Remember: remember } : {};

  async function verifyPasskey(): Promise<SignInAnswer> {
    const { Options } = await call('Claviger', 'BeginPasskeyVerification', {});
    const response = await startAuthentication({ optionsJSON: Options });
    return call('Claviger', 'VerifySignInPasskey', { Response: response, ...remembered });
  }

  return (
    <>
      <StepHeading
        title={t('second.title')}
        lead={t(step === 'Passkey' ? 'second.passkeyLead' : 'second.codeLead')}
      />
      <ErrorNotice error={error} />
      {rememberAllowed && (
        <Checkbox
          checked={remember}
          onChange={({ target }) => setRemember(target.checked)}
          className="space-below"
        >
          {t('second.remember')}
        </Checkbox>
      )}
      {step !== 'Passkey' && (
        <Form
          layout="vertical"
          requiredMark={false}
          size="large"
          onFinish={({ code }: { code: string }) =>
            void send(() => call('Claviger', 'VerifySignInCode', { Code: code.trim(), ...remembered }))
          }
        >
          <Form.Item
            name="code"
            label={t('second.code')}
            rules={[{ required: true, message: t('shell:required') }]}
          >
            <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={running}>
            {t('second.verify')}
          </Button>
        </Form>
      )}
      {step === 'CodeOrPasskey' && <Divider plain>{t('second.or')}</Divider>}
      {step !== 'Code' && (
        <Button
          size="large"
          block
          type={step === 'Passkey' ? 'primary' : 'default'}
          loading={running}
          onClick={() => void send(verifyPasskey)}
        >
          {t('second.usePasskey')}
        </Button>
      )}
      <Button type="link" block onClick={onRestart} className="space-above">
        {t('startAgain')}
      </Button>
    </>
  );
}
