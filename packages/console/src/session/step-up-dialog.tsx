import { startAuthentication } from '@simplewebauthn/browser';
import { Button, Form, Input, Modal, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import type { StepUpMethod } from '../api/claviger-operations.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { passkeyError } from './passkey-error.ts';
import { settleStepUp, useStepUpWanted } from './step-up.ts';
import { refreshSession, useSession } from './use-session.ts';

/** Step-up dialog: verifies the signed-in principal again. Opened by `askForStepUp`. */
export function StepUpDialog() {
  const { t } = useTranslation();
  const wanted = useStepUpWanted();
  return (
    <Modal
      open={wanted}
      title={t('stepUp.title')}
      footer={null}
      onCancel={() => settleStepUp(false)}
      destroyOnHidden
      width={440}
      zIndex={1100}
    >
      <p>{t('stepUp.why')}</p>
      <Proof />
    </Modal>
  );
}

function Proof() {
  const { t } = useTranslation();
  const { StepUpMethods: methods } = useSession();
  const [chosen, setChosen] = useState<StepUpMethod>();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const method = chosen ?? methods[0] ?? 'Password';

  async function prove(proof: () => Promise<{ Password: string } | { Code: string } | { Response: never }>) {
    setRunning(true);
    setError(null);
    try {
      await call('Claviger', 'StepUp', { Method: method, ...(await proof()) });
      void refreshSession();
      settleStepUp(true);
    } catch (reason) {
      setError(passkeyError(reason));
    } finally {
      setRunning(false);
    }
  }

  async function passkey(): Promise<{ Response: never }> {
    const { Options } = await call('Claviger', 'BeginStepUpPasskey', {});
    return { Response: (await startAuthentication({ optionsJSON: Options })) as never };
  }

  return (
    <>
      {methods.length > 1 && (
        <Segmented
          block
          aria-label={t('stepUp.method')}
          value={method}
          onChange={(next) => {
            setChosen(next);
            setError(null);
          }}
          options={methods.map((value) => ({ value, label: t(`stepUp.${value}`) }))}
          className="space-below"
        />
      )}
      <ErrorNotice error={error} />
      {method === 'Passkey' ? (
        <Button type="primary" block loading={running} onClick={() => void prove(passkey)}>
          {t('stepUp.usePasskey')}
        </Button>
      ) : (
        <Form
          key={method}
          layout="vertical"
          requiredMark={false}
          onFinish={({ proof }: { proof: string }) =>
            void prove(async () => (method === 'Password' ? { Password: proof } : { Code: proof.trim() }))
          }
        >
          <Form.Item
            name="proof"
            label={t(`stepUp.${method}`)}
            rules={[{ required: true, message: t('required') }]}
          >
            {method === 'Password' ? (
              <Input.Password autoFocus autoComplete="current-password" />
            ) : (
              <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
            )}
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={running}>
            {t('stepUp.verify')}
          </Button>
        </Form>
      )}
    </>
  );
}
