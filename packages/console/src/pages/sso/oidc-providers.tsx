import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { OidcProvider } from '../../api/row-types.ts';
import { CopyableName } from '../../components/copyable-name.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { OidcProviderDialog } from './oidc-provider-dialog.tsx';

/** List of OIDC providers, whose workloads can assume roles. */
export function OidcProviders() {
  const { t } = useTranslation(['sso', 'shell']);
  const format = useFormat();
  const providers = useServerList(
    'Ims',
    'ListOIDCProviders',
    {},
    (answer) => answer.OIDCProviders?.OIDCProvider,
    { name: 'oidc-' },
  );
  const deletion = useDeletion<OidcProvider>({
    nameOf: ({ OIDCProviderName = '' }) => OIDCProviderName,
    remove: ({ OIDCProviderName = '' }) => call('Ims', 'DeleteOIDCProvider', { OIDCProviderName }),
    title: t('deleteTitle'),
    text: (_, name) => t('deleteText', { name }),
    done: () => t('deleted'),
    typed: true,
  });
  const { ask } = deletion;
  const [edited, setEdited] = useState<OidcProvider | 'new'>();

  const columns = useMemo<readonly Column<OidcProvider>[]>(
    () => [
      { key: 'name', title: t('field.name'), text: (provider) => provider.OIDCProviderName ?? '' },
      { key: 'issuer', title: t('oidc.issuer'), text: (provider) => provider.IssuerUrl ?? '' },
      {
        key: 'arn',
        title: t('field.arn'),
        text: (provider) => provider.Arn ?? '',
        render: (provider) => <CopyableName text={provider.Arn ?? ''} />,
      },
      { key: 'clients', title: t('oidc.clientIds'), text: (provider) => provider.ClientIds ?? '' },
      { key: 'description', title: t('field.description'), text: (provider) => provider.Description ?? '' },
      {
        key: 'updated',
        title: t('field.updated'),
        text: (provider) => format.moment(provider.UpdateDate),
        sortBy: (provider) => provider.UpdateDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (provider) => (
          <Space wrap>
            <Button size="small" onClick={() => setEdited(provider)}>
              {t('shell:edit')}
            </Button>
            <Button size="small" danger onClick={() => ask([provider])}>
              {t('shell:delete')}
            </Button>
          </Space>
        ),
      },
    ],
    [t, format, ask],
  );

  return (
    <section className="surface" aria-labelledby="oidc-providers">
      <div className="section-head">
        <h2 id="oidc-providers">{t('oidc.title')}</h2>
        <Button type="primary" onClick={() => setEdited('new')}>
          {t('oidc.create')}
        </Button>
        <p>{t('oidc.text')}</p>
      </div>
      <ResourceTable
        name="oidc-"
        label={t('oidc.title')}
        list={providers}
        columns={columns}
        rowKey={(provider) => provider.OIDCProviderName ?? ''}
        rowName={(provider) => provider.OIDCProviderName ?? ''}
        fileName="oidc-providers"
        empty={t('none')}
      />
      {edited !== undefined && (
        <OidcProviderDialog
          {...(edited !== 'new' && { provider: edited })}
          onClosed={() => setEdited(undefined)}
        />
      )}
      {deletion.dialog}
    </section>
  );
}
