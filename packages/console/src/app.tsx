import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import { queryClient } from './api/query-client.ts';
import { Loading } from './components/loading.tsx';
import { languageOf } from './language/languages.ts';
import { loadLibraryLocale } from './language/library-locale.ts';
import { router } from './router.tsx';
import { OtherPrincipalDialog } from './session/other-principal-dialog.tsx';
import { useIsDark } from './theme/color-scheme.ts';
import { themeOf } from './theme/theme.ts';

/** Root component of the console. */
export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Look />
    </QueryClientProvider>
  );
}

function Look() {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const dark = useIsDark();
  const { data: locale } = useQuery({
    queryKey: ['library locale', language],
    queryFn: () => loadLibraryLocale(language),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  if (locale === undefined) return null;
  return (
    <ConfigProvider locale={locale} theme={themeOf(dark)} button={{ autoInsertSpace: false }}>
      <AntApp component={false}>
        <Suspense fallback={<Loading />}>
          <RouterProvider router={router} />
          <OtherPrincipalDialog />
        </Suspense>
      </AntApp>
    </ConfigProvider>
  );
}
