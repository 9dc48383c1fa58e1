import { MenuOutlined } from '@ant-design/icons';
import { Button, Drawer } from 'antd';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { lastSessionEnd } from '../api/query-client.ts';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { RoleBanner } from '../session/role-banner.tsx';
import { StepUpDialog } from '../session/step-up-dialog.tsx';
import { useSessionQuery } from '../session/use-session.ts';
import { AvatarMenu } from './avatar-menu.tsx';
import { BrandMark } from './brand.tsx';
import { ColorSchemeMenu } from './color-scheme-menu.tsx';
import { LanguageMenu } from './language-menu.tsx';
import { Navigation } from './navigation.tsx';
import { SearchButton } from './search-dialog.tsx';
import './console-layout.css';

/** Layout of signed-in pages: top bar, navigation, page. */
export function ConsoleLayout() {
  const { t } = useTranslation();
  const session = useSessionQuery();
  const location = useLocation();
  const [menuOpen, setMenuOpen] = useState(false);

  if (session.isPending) return <Loading />;
  if (session.error) return <ErrorNotice error={session.error} retry={() => void session.refetch()} />;
  if (session.data === null) {
    const next = `${location.pathname}${location.search}${location.hash}`;
    // The next user is not led to where the one who has signed out was.
    const isStart = next === '/' || lastSessionEnd() === 'signed-out';
    return <Navigate replace to={isStart ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} />;
  }
  return (
    <div className="console">
      <a className="skip-link" href="#main">
        {t('skipToContent')}
      </a>
      <header className="console-top">
        <Button
          type="text"
          className="console-menu-button"
          icon={<MenuOutlined aria-hidden />}
          aria-label={t('nav.open')}
          aria-expanded={menuOpen}
          onClick={() => setMenuOpen(true)}
        />
        <Link to="/" className="console-brand">
          <BrandMark />
          <span>Claviger</span>
        </Link>
        <SearchButton />
        <ColorSchemeMenu />
        <LanguageMenu />
        <AvatarMenu />
      </header>
      <div className="console-side">
        <Navigation />
      </div>
      <Drawer
        open={menuOpen}
        onClose={() => setMenuOpen(false)}
        placement="left"
        size={264}
        title={t('nav.label')}
        className="console-drawer"
      >
        <Navigation onChosen={() => setMenuOpen(false)} />
      </Drawer>
      <main id="main" className="console-main" tabIndex={-1}>
        <RoleBanner />
        <ErrorBoundary key={location.pathname}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <StepUpDialog />
    </div>
  );
}
