import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Application } from '../../api/row-types.ts';
import { useCall } from '../../api/use-call.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { ApplicationDialog } from './application-dialog.tsx';

/** List of the applications that were created in this account. */
export function ApplicationList() {
  const { t } = useTranslation('applications');
  const format = useFormat();
  const query = useCall('Ims', 'ListApplications', {});
  const [creating, setCreating] = useState(false);

  const columns = useMemo<readonly Column<Application>[]>(
    () => [
      {
        key: 'name',
        title: t('field.displayName'),
        text: (application) => `${application.DisplayName} ${application.AppName ?? ''}`,
        render: (application) => (
          <Link to={`/applications/${application.AppId}`}>{application.DisplayName}</Link>
        ),
      },
      { key: 'type', title: t('field.type'), text: (application) => application.AppType ?? '' },
      { key: 'id', title: t('field.id'), text: (application) => application.AppId ?? '' },
      {
        key: 'created',
        title: t('field.created'),
        text: (application) => format.moment(application.CreateDate),
        sortBy: (application) => application.CreateDate ?? '',
      },
    ],
    [t, format],
  );

  return (
    <section className="surface" aria-labelledby="own-applications">
      <div className="section-head">
        <h2 id="own-applications">{t('own')}</h2>
        <Button type="primary" onClick={() => setCreating(true)}>
          {t('create')}
        </Button>
      </div>
      <ResourceTable
        name="own-"
        label={t('own')}
        rows={query.data?.Applications?.Application ?? []}
        columns={columns}
        rowKey={(application) => application.AppId ?? ''}
        rowName={(application) => application.DisplayName ?? ''}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        fileName="applications"
        empty={t('none')}
      />
      {creating && <ApplicationDialog onClosed={() => setCreating(false)} />}
    </section>
  );
}
