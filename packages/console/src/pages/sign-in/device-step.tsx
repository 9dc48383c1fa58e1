import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { DeviceBinding } from '../../components/device-binding.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { StepHeading } from './step-heading.tsx';
import { type SignInAnswer, useSignInCall } from './use-sign-in-call.ts';

/** Step to bind a second factor that the account requires. */
export function DeviceStep({
  onAnswer,
  onRestart,
}: {
  readonly onAnswer: (answer: SignInAnswer) => void;
  readonly onRestart: () => void;
}) {
  const { t } = useTranslation('sign-in');
  const { running, error, send } = useSignInCall(onAnswer);
  // The seed is a secret: it is kept here and not cached.
  const [device, setDevice] = useState<AnswerOf<'Claviger', 'BeginSignInDevice'>>();
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    let gone = false;
    call('Claviger', 'BeginSignInDevice', {}).then(
      (answer) => !gone && setDevice(answer),
      (reason: Error) => !gone && setFailed(reason),
    );
    return () => {
      gone = true;
    };
  }, []);
  return (
    <>
      <StepHeading title={t('device.title')} lead={t('device.lead')} />
      <ErrorNotice error={failed ?? error} />
      {device && (
        <DeviceBinding
          seed={device.Seed}
          qrCodePng={device.QRCodePNG}
          running={running}
          onCodes={(first, second) =>
            void send(() => call('Claviger', 'BindSignInDevice', { Code1: first, Code2: second }))
          }
        />
      )}
      {!device && !failed && <Loading />}
      <Button type="link" block onClick={onRestart} className="space-above">
        {t('startAgain')}
      </Button>
    </>
  );
}
