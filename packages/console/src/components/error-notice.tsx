import { Alert, Button, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AccessDenied, ApiError } from '../api/api-error.ts';
import { errorMessageKey } from './error-message-key.ts';
import { WrappedName } from './wrapped-name.tsx';

/**
 * Notice of an error in the language of the user; for a denied call with the missing permission.
 * @param error null renders nothing, so that forms can always include the notice
 * @param retry repeats the failed call
 */
export function ErrorNotice({
  error,
  retry,
  compact = false,
}: {
  readonly error: Error | null | undefined;
  readonly retry?: (() => void) | undefined;
  /** Single line, for places with several notices. */
  readonly compact?: boolean;
}) {
  const { t } = useTranslation();
  if (!error) return null;
  const action = retry && (
    <Button size="small" onClick={retry}>
      {t('error.retry')}
    </Button>
  );
  if (!(error instanceof ApiError)) {
    return (
      <Alert
        role="alert"
        type="error"
        showIcon
        title={t('error.bug')}
        description={error.message}
        action={action}
        className="error-notice"
      />
    );
  }
  const { denied } = error;
  if (compact && denied) {
    return (
      <p className="quiet">
        {t('error.missingShort')} <span className="code">{denied.action}</span>
      </p>
    );
  }
  return (
    <Alert
      role="alert"
      type={denied ? 'warning' : 'error'}
      showIcon
      title={denied ? t('error.denied') : <ErrorText error={error} />}
      description={
        <>
          {denied && <MissingPermission denied={denied} />}
          <RequestLine error={error} />
          {action}
        </>
      }
      className="error-notice"
    />
  );
}

/** Translated message of an error. */
export function ErrorText({ error }: { readonly error: Error }): ReactNode {
  const { t, i18n } = useTranslation('errors');
  if (!(error instanceof ApiError)) return error.message;
  const found = errorMessageKey(error.code, (key) => i18n.exists(key, { ns: 'errors' }));
  if (found === undefined) return error.message;
  return t(found.key as 'Missing', { name: found.name });
}

function MissingPermission({ denied: { action, resource, kind } }: { readonly denied: AccessDenied }) {
  const { t } = useTranslation();
  const statement = JSON.stringify(
    { Effect: 'Allow', Action: action, Resource: resource || '*' },
    undefined,
    2,
  );
  return (
    <div>
      <dl className="missing-permission">
        <dt>{t('error.missingAction')}</dt>
        <dd>
          <WrappedName text={action} />
        </dd>
        {resource && (
          <>
            <dt>{t('error.missingResource')}</dt>
            <dd>
              <WrappedName text={resource} />
            </dd>
          </>
        )}
      </dl>
      <p>{t(`error.${kind}`)}</p>
      {kind === 'ImplicitDeny' && (
        <Typography.Text copyable={{ text: statement, tooltips: [t('copy'), t('copied')] }}>
          {t('error.copyStatement')}
        </Typography.Text>
      )}
    </div>
  );
}

function RequestLine({ error }: { readonly error: ApiError }) {
  const { t } = useTranslation();
  return (
    <p className="request-line">
      {/* The message of the server, in English: it is more specific than the translated one. */}
      {[400, 404, 409].includes(error.status) && (
        <>
          <span lang="en">{error.message}</span>
          <br />
        </>
      )}
      <span className="code">{error.code}</span>
      {error.requestId && (
        <>
          {' · '}
          {t('error.requestId')} <span className="code">{error.requestId}</span>
        </>
      )}
    </p>
  );
}
