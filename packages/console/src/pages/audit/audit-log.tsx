import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { call } from '../../api/call.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import type { AuditEvent } from './audit-event.ts';
import { DenialDialog } from './denial-dialog.tsx';
import { EventDrawer } from './event-drawer.tsx';
import { EventFilters, filterOf } from './event-filters.tsx';
import './audit.css';

/** Page of audit events. */
export function Component() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const [address] = useSearchParams();
  const [opened, setOpened] = useState<AuditEvent>();
  const [explaining, setExplaining] = useState(false);
  const filter = filterOf(address);
  const events = useInfiniteQuery({
    queryKey: ['Actiontrail', 'LookupEvents', filter],
    queryFn: ({ pageParam, signal }) =>
      call('Actiontrail', 'LookupEvents', { ...filter.parameters(), MaxResults: '50', ...pageParam }, signal),
    initialPageParam: {},
    getNextPageParam: ({ NextToken, StartTime, EndTime }) =>
      NextToken ? { NextToken, StartTime, EndTime } : undefined,
  });
  const rows = useMemo(
    () => (events.data?.pages ?? []).flatMap((page) => (page.Events ?? []) as readonly AuditEvent[]),
    [events.data],
  );

  const columns = useMemo<readonly Column<AuditEvent>[]>(
    () => [
      {
        key: 'time',
        title: t('column.time'),
        text: (event) => format.moment(event.eventTime),
        render: (event) => <span className="one-line">{format.moment(event.eventTime)}</span>,
        sortBy: (event) => event.eventTime ?? '',
      },
      {
        key: 'event',
        title: t('column.event'),
        text: (event) => event.eventName ?? '',
        render: (event) => (
          <Button type="link" className="in-text" onClick={() => setOpened(event)}>
            {event.eventName || t('unnamed')}
          </Button>
        ),
      },
      { key: 'service', title: t('column.service'), text: (event) => event.serviceName ?? '' },
      {
        key: 'who',
        title: t('column.who'),
        text: (event) => event.userIdentity?.userName ?? '',
      },
      { key: 'key', title: t('column.accessKey'), text: (event) => event.userIdentity?.accessKeyId ?? '' },
      { key: 'address', title: t('column.address'), text: (event) => event.sourceIpAddress ?? '' },
      {
        key: 'result',
        title: t('column.result'),
        text: (event) => event.errorCode ?? t('succeeded'),
        render: (event) =>
          event.errorCode ? (
            <Tag color="error">{event.errorCode}</Tag>
          ) : (
            <Tag color="success">{t('succeeded')}</Tag>
          ),
      },
    ],
    [t, format],
  );

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={<Button onClick={() => setExplaining(true)}>{t('denial.title')}</Button>}
    >
      <div className="surface">
        <EventFilters />
        <ResourceTable
          label={t('title')}
          rows={rows}
          columns={columns}
          rowKey={(event) => event.eventId ?? ''}
          rowName={(event) => event.eventName ?? ''}
          loading={events.isLoading}
          error={events.error}
          refetch={() => void events.refetch()}
          readOn={events.hasNextPage ? () => void events.fetchNextPage() : undefined}
          fileName="audit-events"
        />
      </div>
      <EventDrawer event={opened} onClosed={() => setOpened(undefined)} />
      {explaining && <DenialDialog onClosed={() => setExplaining(false)} />}
    </Page>
  );
}
