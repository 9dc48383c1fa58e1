import { useRouteError } from 'react-router';
import { ErrorNotice } from '../components/error-notice.tsx';

/** For a page that could not be loaded: a new version of the console was put in place of this one, say. */
export function RouteError() {
  const error = useRouteError();
  return (
    <ErrorNotice
      error={error instanceof Error ? error : new Error(String(error))}
      retry={() => window.location.reload()}
    />
  );
}
