import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { WrappedName } from '../../components/wrapped-name.tsx';
import { useFormat } from '../../language/use-format.ts';
import { ProviderSettings } from './provider-settings.tsx';
import { SamlProviderDialog } from './saml-provider-dialog.tsx';

type Provider = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListSAMLProviders'>['SAMLProviders']>['SAMLProvider']
>[number];

/** List of SAML providers, whose users can assume roles. */
export function SamlProviders() {
  const { t } = useTranslation(['sso', 'shell']);
  const format = useFormat();
  const providers = useServerList(
    'Ims',
    'ListSAMLProviders',
    {},
    (answer) => answer.SAMLProviders?.SAMLProvider,
    { name: 'saml-' },
  );
  const deletion = useDeletion<Provider>({
    nameOf: ({ SAMLProviderName = '' }) => SAMLProviderName,
    remove: ({ SAMLProviderName = '' }) => call('Ims', 'DeleteSAMLProvider', { SAMLProviderName }),
    title: t('deleteTitle'),
    text: (_, name) => t('deleteText', { name }),
    done: () => t('deleted'),
    typed: true,
  });
  const { ask } = deletion;
  const [edited, setEdited] = useState<Provider | 'new'>();

  const columns = useMemo<readonly Column<Provider>[]>(
    () => [
      { key: 'name', title: t('field.name'), text: (provider) => provider.SAMLProviderName ?? '' },
      { key: 'description', title: t('field.description'), text: (provider) => provider.Description ?? '' },
      {
        key: 'arn',
        title: t('field.arn'),
        text: (provider) => provider.Arn ?? '',
        render: (provider) => <WrappedName text={provider.Arn ?? ''} />,
      },
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
    <>
      <section className="surface" aria-labelledby="saml-providers">
        <div className="section-head">
          <h2 id="saml-providers">{t('saml.title')}</h2>
          <Button type="primary" onClick={() => setEdited('new')}>
            {t('saml.create')}
          </Button>
          <p>{t('saml.text')}</p>
        </div>
        <ResourceTable
          name="saml-"
          label={t('saml.title')}
          list={providers}
          columns={columns}
          rowKey={(provider) => provider.SAMLProviderName ?? ''}
          rowName={(provider) => provider.SAMLProviderName ?? ''}
          fileName="saml-providers"
          empty={t('none')}
        />
        {edited !== undefined && (
          <SamlProviderDialog
            {...(edited !== 'new' && {
              provider: { name: edited.SAMLProviderName ?? '', description: edited.Description ?? '' },
            })}
            onClosed={() => setEdited(undefined)}
          />
        )}
        {deletion.dialog}
      </section>
      <ProviderSettings kind="role" />
    </>
  );
}
