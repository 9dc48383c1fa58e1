import { Alert } from 'antd';
import { useDeferredValue, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { unknownActions } from './action-catalogue.ts';
import { useActionCatalogue } from './use-action-catalogue.ts';

/** Warning about actions that their service does not have, each with the most similar one. */
export function UnknownActions({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const services = useActionCatalogue();
  const judged = useDeferredValue(text);
  const unknown = useMemo(() => unknownActions(judged, services), [judged, services]);
  if (unknown.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('unknownActions.title')}
      description={
        <ul>
          {unknown.map(({ action, suggestion }) => (
            <li key={action}>
              {suggestion === undefined
                ? t('unknownActions.unknown', { action })
                : t('unknownActions.suggestion', { action, suggestion })}
            </li>
          ))}
        </ul>
      }
    />
  );
}
