import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';
import { readRecentChanges } from './recent-changes.ts';

/** List of recent changes. */
export function RecentEvents() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data, error, isLoading, refetch } = useQuery({
    queryKey: ['Actiontrail', 'LookupEvents', 'recent changes'],
    queryFn: ({ signal }) => readRecentChanges(signal),
  });
  return (
    <section className="surface half" aria-labelledby="events">
      <div className="section-head">
        <h2 id="events">{t('events.title')}</h2>
        <Link to="/audit">{t('events.all')}</Link>
      </div>
      <ErrorNotice compact error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {data?.changes.length === 0 && (
        <p className="quiet">
          {data.isComplete ? t('events.none') : t('events.onlyRefused', { count: data.examined })}
        </p>
      )}
      <ul className="events">
        {data?.changes.map((event) => (
          <li key={event.eventId}>
            <span>{event.eventName}</span>
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
