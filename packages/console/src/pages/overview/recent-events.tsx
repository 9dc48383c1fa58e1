import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Fields of an event that are shown. */
interface Event {
  readonly eventId?: string;
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly errorCode?: string;
  readonly sourceIpAddress?: string;
  readonly userIdentity?: { readonly userName?: string };
}

/** List of recent changes. */
export function RecentEvents() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data, error, isLoading, refetch } = useCall('Actiontrail', 'LookupEvents', {
    LookupAttribute: [{ Key: 'EventRW', Value: 'Write' }],
    MaxResults: '8',
  });
  const events = (data?.Events ?? []) as readonly Event[];
  return (
    <section className="surface half" aria-labelledby="events">
      <div className="section-head">
        <h2 id="events">{t('events.title')}</h2>
        <Link to="/audit">{t('events.all')}</Link>
      </div>
      <ErrorNotice compact error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {data && events.length === 0 && <p className="quiet">{t('events.none')}</p>}
      <ul className="events">
        {events.map((event) => (
          <li key={event.eventId}>
            <span>
              {event.eventName} {event.errorCode && <Tag color="error">{event.errorCode}</Tag>}
            </span>
            <time dateTime={event.eventTime} title={format.moment(event.eventTime)}>
              {format.ago(event.eventTime)}
            </time>
            <span className="detail">
              {event.userIdentity?.userName || t('events.unknown')} · {event.sourceIpAddress}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
