import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useFormat } from '../../language/use-format.ts';
import type { NewKey } from '../access-keys/new-key.ts';
import { ShownOnceDialog } from '../access-keys/secret-dialog.tsx';
import '../access-keys/access-keys.css';

type AppSecret = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListAppSecretIds'>['AppSecrets']>['AppSecret']
>[number];

/** Secrets of an application; each is shown once, when it is created. */
export function AppSecrets({ appId }: { readonly appId: string }) {
  const { t } = useTranslation(['applications', 'shell']);
  const format = useFormat();
  const query = useCall('Ims', 'ListAppSecretIds', { AppId: appId });
  const creating = useChange();
  const deletion = useDeletion<AppSecret>({
    nameOf: ({ AppSecretId = '' }) => AppSecretId,
    remove: ({ AppSecretId = '' }) => call('Ims', 'DeleteAppSecret', { AppId: appId, AppSecretId }),
    title: t('secrets.deleteTitle'),
    text: () => t('secrets.deleteText'),
    done: () => t('secrets.deleted'),
  });
  const { ask } = deletion;
  const [made, setMade] = useState<NewKey>();

  const columns = useMemo<readonly Column<AppSecret>[]>(
    () => [
      { key: 'id', title: t('secrets.id'), text: (secret) => secret.AppSecretId ?? '' },
      {
        key: 'created',
        title: t('field.created'),
        text: (secret) => format.moment(secret.CreateDate),
        sortBy: (secret) => secret.CreateDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (secret) => (
          <Button size="small" danger onClick={() => ask([secret])}>
            {t('shell:delete')}
          </Button>
        ),
      },
    ],
    [t, format, ask],
  );

  async function create(): Promise<void> {
    const answer = await creating.run(() => call('Ims', 'CreateAppSecret', { AppId: appId }));
    if (answer?.AppSecret === undefined) return;
    const { AppSecretId: id = '', AppSecretValue: secret = '' } = answer.AppSecret;
    setMade({ id, secret });
  }

  return (
    <section className="surface" aria-labelledby="app-secrets">
      <div className="section-head">
        <h2 id="app-secrets">{t('secrets.title')}</h2>
        <Button loading={creating.running} onClick={() => void create()}>
          {t('secrets.create')}
        </Button>
        <p>{t('secrets.text')}</p>
      </div>
      <ErrorNotice error={creating.error} />
      <ResourceTable
        name="secrets-"
        label={t('secrets.title')}
        rows={query.data?.AppSecrets?.AppSecret ?? []}
        columns={columns}
        rowKey={(secret) => secret.AppSecretId ?? ''}
        rowName={(secret) => secret.AppSecretId ?? ''}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        searchable={false}
        empty={t('secrets.none')}
      />
      {made && (
        <ShownOnceDialog
          newKey={made}
          texts={{
            title: t('secrets.create'),
            once: t('secrets.once'),
            id: t('secrets.id'),
            secret: t('secrets.value'),
            saved: t('secrets.saved'),
            file: { id: 'AppSecretId', secret: 'AppSecretValue', name: 'AppSecret' },
          }}
          onClosed={() => setMade(undefined)}
        />
      )}
      {deletion.dialog}
    </section>
  );
}
