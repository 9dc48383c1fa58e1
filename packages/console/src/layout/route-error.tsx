import { useRouteError } from 'react-router';
import { ErrorNotice } from '../components/error-notice.tsx';

/** Page for a failed load, for example after the console was updated on the server. */
export function RouteError() {
  const error = useRouteError();
  return (
    <ErrorNotice
      error={error instanceof Error ? error : new Error(String(error))}
      retry={() => window.location.reload()}
    />
  );
}
