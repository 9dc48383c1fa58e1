import { Button, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { simulatorAddressOf } from '../simulator/simulator-question.ts';
import type { AuditEvent } from './audit-event.ts';
import { DenialDialog } from './denial-dialog.tsx';
import { EventDrawer } from './event-drawer.tsx';
import { EventFilters, filterOf } from './event-filters.tsx';
import './audit.css';

/** Maximum number of events in one answer of LookupEvents. */
const EVENTS_PER_ANSWER = 50;

/** Page of audit events; filter, position and the opened event are in the URL. */
export function Component() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const [address, setAddress] = useSearchParams();
  const [explaining, setExplaining] = useState(false);
  const filter = filterOf(address);
  const events = useServerList(
    'Actiontrail',
    'LookupEvents',
    filter.lookup,
    (answer) => answer.Events as readonly AuditEvent[],
    {
      size: { parameter: 'MaxResults', max: EVENTS_PER_ANSWER },
      timely: filter.range,
      key: filter.hours,
    },
  );

  const columns = useMemo<readonly Column<AuditEvent>[]>(() => {
    const open = (eventId: string) =>
      setAddress((before) => {
        const after = new URLSearchParams(before);
        after.set('event', eventId);
        return after;
      });
    return [
      {
        key: 'time',
        title: t('column.time'),
        text: (event) => format.iso(event.eventTime),
        render: (event) => <span className="one-line">{format.iso(event.eventTime)}</span>,
      },
      {
        key: 'event',
        title: t('column.event'),
        text: (event) => event.eventName ?? '',
        render: (event) => (
          <span className="event-cell">
            <Button type="link" className="in-text" onClick={() => open(event.eventId ?? '')}>
              {event.eventName || t('unnamed')}
            </Button>
            <small>{event.serviceName}</small>
          </span>
        ),
      },
      {
        key: 'service',
        title: t('column.service'),
        text: (event) => event.serviceName ?? '',
        exportOnly: true,
      },
      {
        key: 'who',
        title: t('column.who'),
        text: (event) => event.userIdentity?.userName ?? '',
        render: (event) => (
          <span className="event-cell">
            {event.userIdentity?.userName}
            <small>{event.userIdentity?.accessKeyId}</small>
          </span>
        ),
      },
      {
        key: 'key',
        title: t('column.accessKey'),
        text: (event) => event.userIdentity?.accessKeyId ?? '',
        exportOnly: true,
      },
      { key: 'address', title: t('column.address'), text: (event) => event.sourceIpAddress ?? '' },
      {
        key: 'result',
        title: t('column.result'),
        text: (event) => event.errorCode || t('succeeded'),
        render: (event) => <Result event={event} />,
      },
      { key: 'id', title: t('filter.EventId'), text: (event) => event.eventId ?? '', exportOnly: true },
    ];
  }, [t, format, setAddress]);

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
          list={events}
          columns={columns}
          rowKey={(event) => event.eventId ?? ''}
          rowName={(event) => event.eventName ?? ''}
          fileName="audit-events"
        />
      </div>
      <EventDrawer
        eventId={address.get('event') ?? undefined}
        onClosed={() =>
          setAddress((before) => {
            const after = new URLSearchParams(before);
            after.delete('event');
            return after;
          })
        }
      />
      {explaining && <DenialDialog onClosed={() => setExplaining(false)} />}
    </Page>
  );
}

/** Outcome of a call; of a denial with a link to the simulator. */
function Result({ event }: { readonly event: AuditEvent }) {
  const { t } = useTranslation('audit');
  if (!event.errorCode) return <Tag color="success">{t('succeeded')}</Tag>;
  const simulator = simulatorAddressOf(event);
  return (
    <span className="event-cell">
      <Tag color="error">{event.errorCode}</Tag>
      {simulator && (
        <small>
          <Link to={simulator}>{t('simulate')}</Link>
        </small>
      )}
    </span>
  );
}
