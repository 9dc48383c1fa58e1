import { Alert } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { lastSessionEnd } from '../../api/query-client.ts';
import { Loading } from '../../components/loading.tsx';
import { BrandMark } from '../../layout/brand.tsx';
import { ColorSchemeMenu } from '../../layout/color-scheme-menu.tsx';
import { LanguageMenu } from '../../layout/language-menu.tsx';
import { refreshSession, useSessionQuery } from '../../session/use-session.ts';
import { CodeStep } from './code-step.tsx';
import { DeviceStep } from './device-step.tsx';
import { NewPasswordStep } from './new-password-step.tsx';
import { PasswordStep } from './password-step.tsx';
import type { SignInAnswer } from './use-sign-in-call.ts';
import './sign-in.css';

/** Sign-in page: password first, then the steps that the server requires. */
export function Component() {
  const { t } = useTranslation('sign-in');
  const [address] = useSearchParams();
  const session = useSessionQuery();
  const [next, setNext] = useState<SignInAnswer>();
  const end = lastSessionEnd();

  useEffect(() => {
    document.title = `${t('title')} · Claviger`;
  }, [t]);

  if (session.data) return <Navigate replace to={localPath(address.get('next'))} />;

  function onAnswer(answer: SignInAnswer): void {
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
          {end !== undefined && next === undefined && (
            <Alert type="info" showIcon title={t(`end.${end}`)} className="space-below" />
          )}
          <Suspense fallback={<Loading />}>
            <Step next={next} onAnswer={onAnswer} onRestart={() => setNext(undefined)} />
          </Suspense>
        </div>
      </main>
      <footer className="sign-in-foot">{t('notWithKeys')}</footer>
    </div>
  );
}

function Step({
  next,
  onAnswer,
  onRestart,
}: {
  readonly next: SignInAnswer | undefined;
  readonly onAnswer: (answer: SignInAnswer) => void;
  readonly onRestart: () => void;
}) {
  switch (next?.Step) {
    case undefined:
      return <PasswordStep onAnswer={onAnswer} />;
    case 'Done':
      return <Loading />;
    case 'Code':
    case 'Passkey':
    case 'CodeOrPasskey':
      return (
        <CodeStep
          step={next.Step}
          rememberAllowed={next.RememberAllowed === true}
          onAnswer={onAnswer}
          onRestart={onRestart}
        />
      );
    case 'NewPassword':
      return <NewPasswordStep rules={next.PasswordRules ?? {}} onAnswer={onAnswer} onRestart={onRestart} />;
    case 'BindDevice':
      return <DeviceStep onAnswer={onAnswer} onRestart={onRestart} />;
  }
}

/** Returns the path of a URL within the console, `/` for another site and for what is no URL. */
function localPath(wanted: string | null): string {
  const url = wanted === null ? null : URL.parse(wanted, window.location.origin);
  if (url === null || url.origin !== window.location.origin) return '/';
  // `/.//other.example` is a path of this site, and an address of another one once its dots are gone.
  if (/^[/\\]{2}/.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
