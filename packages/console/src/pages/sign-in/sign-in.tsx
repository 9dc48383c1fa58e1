import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { Waiting } from '../../components/waiting.tsx';
import { BrandMark } from '../../layout/brand.tsx';
import { ColorSchemeMenu } from '../../layout/color-scheme-menu.tsx';
import { LanguageMenu } from '../../layout/language-menu.tsx';
import { refreshSession, useSessionQuery } from '../../session/use-session.ts';
import { CodeStep } from './code-step.tsx';
import { DeviceStep } from './device-step.tsx';
import { NewPasswordStep } from './new-password-step.tsx';
import { PasswordStep } from './password-step.tsx';
import './sign-in.css';

/** What a step hands on: the server's word on what comes next. */
export type NextStep = AnswerOf<'Claviger', 'SignIn'>;

/** The way in: password first, then whatever the server asks for. */
export function Component() {
  const { t } = useTranslation('sign-in');
  const [address] = useSearchParams();
  const session = useSessionQuery();
  const [next, setNext] = useState<NextStep>();

  useEffect(() => {
    document.title = `${t('title')} · Claviger`;
  }, [t]);

  if (session.data) return <Navigate replace to={localPath(address.get('next'))} />;

  function goOn(answer: NextStep): void {
    setNext(answer);
    if (answer.Step === 'Done') void refreshSession();
  }

  return (
    <div className="sign-in">
      <header className="sign-in-top">
        <ColorSchemeMenu />
        <LanguageMenu />
      </header>
      <main className="sign-in-middle">
        <div className="sign-in-card">
          <div className="sign-in-brand">
            <BrandMark size={34} />
            <span>Claviger</span>
          </div>
          <Suspense fallback={<Waiting />}>
            <Step next={next} goOn={goOn} startAgain={() => setNext(undefined)} />
          </Suspense>
        </div>
      </main>
      <footer className="sign-in-foot">{t('notWithKeys')}</footer>
    </div>
  );
}

function Step({
  next,
  goOn,
  startAgain,
}: {
  readonly next: NextStep | undefined;
  readonly goOn: (answer: NextStep) => void;
  readonly startAgain: () => void;
}) {
  switch (next?.Step) {
    case undefined:
      return <PasswordStep goOn={goOn} />;
    case 'Done':
      return <Waiting />;
    case 'Code':
    case 'Passkey':
    case 'CodeOrPasskey':
      return (
        <CodeStep
          step={next.Step}
          rememberAllowed={next.RememberAllowed === true}
          goOn={goOn}
          startAgain={startAgain}
        />
      );
    case 'NewPassword':
      return <NewPasswordStep rules={next.PasswordRules ?? {}} goOn={goOn} startAgain={startAgain} />;
    case 'BindDevice':
      return <DeviceStep goOn={goOn} startAgain={startAgain} />;
  }
}

/** An address within the console; never one of another site. */
function localPath(wanted: string | null): string {
  if (wanted === null) return '/';
  const url = new URL(wanted, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search : '/';
}
