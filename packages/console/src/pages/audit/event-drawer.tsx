import { Button, Drawer, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { useCopy } from '../../components/use-copy.ts';
import { useFormat } from '../../language/use-format.ts';
import { simulatorAddressOf } from '../simulator/simulator-question.ts';
import type { AuditEvent } from './audit-event.ts';

/** Start of the range in which an event is looked up by its ID: before any event. */
const EARLIEST = '2000-01-01T00:00:00Z';

/** Drawer with all fields of the event whose ID is in the address; undefined for none. */
export function EventDrawer({
  eventId,
  onClosed,
}: {
  readonly eventId: string | undefined;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const copy = useCopy();
  const { data, error, isLoading, refetch } = useCall(
    'Actiontrail',
    'LookupEvents',
    { LookupAttribute: [{ Key: 'EventId', Value: eventId ?? '' }], StartTime: EARLIEST, MaxResults: '1' },
    { enabled: eventId !== undefined },
  );
  const [event] = (data?.Events ?? []) as readonly AuditEvent[];
  const simulator = event && simulatorAddressOf(event);
  return (
    <Drawer
      open={eventId !== undefined}
      title={event?.eventName || t('unnamed')}
      size="large"
      onClose={onClosed}
    >
      <ErrorNotice error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {data && !event && <p>{t('missing')}</p>}
      {event && (
        <>
          <Space wrap>
            <Button
              onClick={() =>
                void copy(
                  `${window.location.origin}/audit?${new URLSearchParams({ event: event.eventId ?? '' })}`,
                )
              }
            >
              {t('link')}
            </Button>
            {simulator && <Link to={simulator}>{t('simulate')}</Link>}
          </Space>
          <DescriptionList
            rows={[
              [t('column.time'), format.iso(event.eventTime)],
              [t('column.who'), event.userIdentity?.userName],
              [t('column.accessKey'), event.userIdentity?.accessKeyId],
              [t('column.address'), event.sourceIpAddress],
              [t('column.result'), event.errorCode || t('succeeded')],
              [t('requestId'), event.requestId],
            ]}
          />
          {event.errorMessage && <p>{event.errorMessage}</p>}
          <h3>{t('whole')}</h3>
          <PolicyDocument label={t('whole')} text={JSON.stringify(event, null, 2)} />
        </>
      )}
    </Drawer>
  );
}
