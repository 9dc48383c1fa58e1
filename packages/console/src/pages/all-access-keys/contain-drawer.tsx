import { Alert, Button, Drawer, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

type KeyActivity = NonNullable<AnswerOf<'Claviger', 'GetAccessKeyActivity'>['Activity']>;

/** Hours that the report covers. */
const HOURS = 24;

/** Drawer with what a key did lately, and the button that puts it out of use. */
export function ContainDrawer({
  accessKeyId,
  onClosed,
}: {
  /** Empty: closed. */
  readonly accessKeyId: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('all-access-keys');
  return (
    <Drawer
      open={accessKeyId !== ''}
      title={t('contain.title', { id: accessKeyId })}
      size="large"
      onClose={onClosed}
      destroyOnHidden
    >
      {accessKeyId !== '' && <Containment accessKeyId={accessKeyId} />}
    </Drawer>
  );
}

function Containment({ accessKeyId }: { readonly accessKeyId: string }) {
  const { t } = useTranslation('all-access-keys');
  const change = useChange();
  const activity = useCall('Claviger', 'GetAccessKeyActivity', {
    UserAccessKeyId: accessKeyId,
    Hours: HOURS,
  });
  if (activity.error) return <ErrorNotice error={activity.error} retry={() => void activity.refetch()} />;
  if (activity.data === undefined) return <Loading />;
  const { OwnerType, UserPrincipalName, Status, Activity } = activity.data;
  const isContained = Status === 'Inactive';

  const contain = () =>
    change.run(() => call('Claviger', 'ContainAccessKey', { UserAccessKeyId: accessKeyId, Hours: HOURS }));

  return (
    <>
      <DescriptionList
        rows={[
          [t('column.owner'), OwnerType === 'RootAccount' ? t('root') : UserPrincipalName],
          [t('column.status'), t(`status.${Status ?? 'Active'}`)],
        ]}
      />
      <Alert
        type={isContained ? 'success' : 'warning'}
        showIcon
        title={isContained ? t('contain.inactive') : t('contain.text')}
        className="space-above space-below"
      />
      <Button danger type="primary" loading={change.running} onClick={() => void contain()}>
        {t(isContained ? 'contain.again' : 'contain.button')}
      </Button>
      <ErrorNotice error={change.error} />
      {Activity && <ActivityReport activity={Activity} />}
    </>
  );
}

function ActivityReport({ activity }: { readonly activity: KeyActivity }) {
  const { t } = useTranslation('all-access-keys');
  const format = useFormat();
  const { Calls = [], Addresses = [], Changes = [], Services = [] } = activity;
  return (
    <>
      <h3>{t('activity.title', { count: activity.Events ?? 0, since: format.moment(activity.Since) })}</h3>
      {Calls.some(({ EventName }) => EventName?.startsWith('AssumeRole')) && (
        <p className="quiet">{t('activity.sessions')}</p>
      )}
      {activity.Partial && <p className="quiet">{t('activity.partial')}</p>}
      <Report
        title={t('activity.changes')}
        headings={[t('activity.resource'), t('activity.operation'), t('activity.at')]}
        rows={Changes.map((one) => [
          `${one.ResourceType} ${one.ResourceName}`,
          <Link key={one.EventId} to={`/audit?event=${encodeURIComponent(one.EventId ?? '')}`}>
            {one.EventName}
          </Link>,
          format.moment(one.EventTime),
        ])}
      />
      <Report
        title={t('activity.calls')}
        headings={[t('activity.operation'), t('activity.count'), t('activity.refused'), t('activity.last')]}
        rows={Calls.map((one) => [
          `${one.ServiceName} ${one.EventName}`,
          format.number(one.Count ?? 0),
          format.number(one.Refused ?? 0),
          format.moment(one.LastDate),
        ])}
      />
      <Report
        title={t('activity.addresses')}
        headings={[t('activity.address'), t('activity.count'), t('activity.last')]}
        rows={Addresses.map((one) => [
          one.Address,
          format.number(one.Count ?? 0),
          format.moment(one.LastDate),
        ])}
      />
      <Report
        title={t('activity.services')}
        headings={[t('activity.service'), t('activity.address'), t('activity.last')]}
        rows={Services.map((one) => [one.ServiceName, one.SourceAddress, format.moment(one.LastUsedDate)])}
      />
    </>
  );
}

function Report({
  title,
  headings,
  rows,
}: {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly React.ReactNode[])[];
}) {
  const { t } = useTranslation('all-access-keys');
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      {rows.length === 0 ? (
        <p className="quiet">{t('activity.none')}</p>
      ) : (
        <Table
          size="small"
          pagination={rows.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          rowKey="key"
          dataSource={rows.map((cells, index) => ({ key: index, cells }))}
          columns={headings.map((heading, index) => ({
            title: heading,
            key: heading,
            render: (_: unknown, { cells }: { readonly cells: readonly React.ReactNode[] }) => cells[index],
          }))}
        />
      )}
    </section>
  );
}
