import { DownloadOutlined, SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select, Table, Tooltip } from 'antd';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import { ContainDrawer } from './contain-drawer.tsx';
import { KeyExport } from './key-export.tsx';
import {
  FILTERS,
  type FilterName,
  type FoundKey,
  filtersOf,
  readKeyPage,
  STATUSES,
  selectionOf,
} from './key-search.ts';
import '../../components/resource-table.css';
import './all-access-keys.css';

const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

/** Page of the AccessKeys of all owners: search, filters, export, and containing a leaked one. */
export function Component() {
  const { t } = useTranslation(['all-access-keys', 'shell']);
  const [address, setAddress] = useSearchParams();
  const [isExporting, setIsExporting] = useState(false);
  const closeExport = useCallback(() => setIsExporting(false), []);
  const selection = selectionOf(address);
  const after = address.get('after') ?? '';
  const keys = useQuery({
    queryKey: ['Claviger', 'SearchAccessKeys', selection, after],
    queryFn: ({ signal }) => readKeyPage(selection, after, signal),
    placeholderData: (before) => before,
  });

  /** @param replace false: the button Back of the browser returns to the page before */
  function remember(changes: Readonly<Record<string, string>>, replace = true): void {
    setAddress(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes)) {
          if (value === '') next.delete(key);
          else next.set(key, value);
        }
        return next;
      },
      { replace },
    );
  }
  const select = (changes: Readonly<Record<string, string>>) => remember({ ...changes, after: '' });

  return (
    <Page title={t('title')} description={t('text')}>
      <section className="surface" aria-label={t('title')}>
        <div className="resource-table-bar">
          <Input
            className="search"
            allowClear
            type="search"
            maxLength={128}
            prefix={<SearchOutlined aria-hidden />}
            aria-label={t('search')}
            placeholder={t('search')}
            value={address.get('q') ?? ''}
            onChange={(event) => select({ q: event.target.value })}
          />
          <Select
            className="key-status"
            aria-label={t('column.status')}
            value={STATUSES.find((one) => one === address.get('status')) ?? ''}
            options={STATUSES.map((value) => ({ value, label: t(`statuses.${value || 'present'}`) }))}
            onChange={(value) => select({ status: value })}
          />
          <Select
            className="key-filters"
            mode="multiple"
            aria-label={t('filters')}
            placeholder={t('filters')}
            value={filtersOf(address)}
            options={FILTER_NAMES.map((value) => ({ value, label: t(`filter.${value}`) }))}
            onChange={(names) => select({ only: names.join(',') })}
          />
          <span className="end">
            <Tooltip title={t('shell:table.export')}>
              <Button
                icon={<DownloadOutlined aria-hidden />}
                aria-label={t('shell:table.export')}
                onClick={() => setIsExporting(true)}
              />
            </Tooltip>
          </span>
        </div>
        <KeyExport open={isExporting} selection={selection} onClosed={closeExport} />
        <ErrorNotice error={keys.error} retry={() => void keys.refetch()} />
        <KeyTable
          keys={keys.data?.keys ?? []}
          loading={keys.isFetching}
          onContain={(id) => remember({ contain: id }, false)}
        />
        <div className="resource-table-bar space-above">
          <Button disabled={after === ''} onClick={() => remember({ after: '' }, false)}>
            {t('firstPage')}
          </Button>
          <Button
            disabled={keys.data?.next === undefined || keys.isFetching}
            onClick={() => remember({ after: keys.data?.next ?? '' }, false)}
          >
            {t('nextPage')}
          </Button>
        </div>
      </section>
      <ContainDrawer accessKeyId={address.get('contain') ?? ''} onClosed={() => remember({ contain: '' })} />
    </Page>
  );
}

function KeyTable({
  keys,
  loading,
  onContain,
}: {
  readonly keys: readonly FoundKey[];
  readonly loading: boolean;
  readonly onContain: (accessKeyId: string) => void;
}) {
  const { t } = useTranslation(['all-access-keys', 'shell']);
  const format = useFormat();
  const { Principal: principal } = useSession();
  return (
    <div className="resource-table-scroll">
      <Table<FoundKey>
        size="middle"
        rowKey={(key) => key.AccessKeyId ?? ''}
        dataSource={[...keys]}
        loading={loading}
        pagination={false}
        locale={{ emptyText: loading ? ' ' : t('empty') }}
        columns={[
          {
            key: 'id',
            title: t('column.id'),
            render: (_, key) => (
              <>
                <span className="code">{key.AccessKeyId}</span>
                {key.Note && <div className="quiet">{key.Note}</div>}
              </>
            ),
          },
          { key: 'owner', title: t('column.owner'), render: (_, key) => <Owner of={key} /> },
          {
            key: 'status',
            title: t('column.status'),
            render: (_, key) => (
              <>
                {t(`status.${key.RecycleDate ? 'Recycled' : (key.Status ?? 'Active')}`)}
                {key.OwnerAccessKeys !== undefined && key.OwnerAccessKeys > 1 && (
                  <div className="quiet">{t('rotation', { count: key.OwnerAccessKeys })}</div>
                )}
              </>
            ),
          },
          { key: 'created', title: t('column.created'), render: (_, key) => format.ago(key.CreateDate) },
          {
            key: 'used',
            title: t('column.used'),
            render: (_, key) =>
              key.LastUsedDate ? (
                <>
                  {format.ago(key.LastUsedDate)}
                  <div className="quiet">{`${key.ServiceName} · ${key.SourceAddress}`}</div>
                </>
              ) : (
                t('neverUsed')
              ),
          },
          {
            key: 'limits',
            title: t('column.limits'),
            render: (_, key) => (
              <>
                {t(`restriction.${key.NetworkRestriction ?? 'None'}`)}
                {key.ExpireDate && (
                  <div className="quiet">{t('expires', { at: format.date(key.ExpireDate) })}</div>
                )}
              </>
            ),
          },
          {
            key: 'actions',
            title: <span className="visually-hidden">{t('shell:table.actions')}</span>,
            render: (_, key) => {
              const isForRoot = key.OwnerType === 'RootAccount' && principal.Type !== 'root';
              return (
                <Tooltip title={isForRoot ? t('contain.rootOnly') : undefined}>
                  <Button
                    size="small"
                    danger
                    disabled={isForRoot}
                    onClick={() => onContain(key.AccessKeyId ?? '')}
                  >
                    {t('contain.open')}
                  </Button>
                </Tooltip>
              );
            },
          },
        ]}
      />
    </div>
  );
}

function Owner({ of }: { readonly of: FoundKey }) {
  const { t } = useTranslation('all-access-keys');
  if (of.OwnerType === 'RootAccount') return t('root');
  const name = of.UserPrincipalName || of.UserId;
  return of.RecycleDate ? name : <Link to={`/users/${of.UserId}`}>{name}</Link>;
}
