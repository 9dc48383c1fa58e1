import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { DescriptionList } from '../../components/description-list.tsx';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { useFormat } from '../../language/use-format.ts';
import type { AuditEvent } from './audit-event.ts';

/** Drawer with all fields of an event. */
export function EventDrawer({
  event,
  onClosed,
}: {
  readonly event: AuditEvent | undefined;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  return (
    <Drawer open={event !== undefined} title={event?.eventName} size="large" onClose={onClosed}>
      {event && (
        <>
          <DescriptionList
            rows={[
              [t('column.time'), format.moment(event.eventTime)],
              [t('column.who'), event.userIdentity?.userName],
              [t('column.accessKey'), event.userIdentity?.accessKeyId],
              [t('column.address'), event.sourceIpAddress],
              [t('column.result'), event.errorCode ?? t('succeeded')],
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
