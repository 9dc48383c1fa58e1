import { App, Button } from 'antd';
import type { ParseKeys } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { GovernanceFindings } from './governance-findings.tsx';

interface Metric {
  readonly item: string;
  readonly count: number;
}

/** Results of the governance checks. */
export function Governance() {
  const { t, i18n } = useTranslation('reports');
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Ims', 'ListRecentGovernanceMetrics', {});
  const change = useChange();
  const [opened, setOpened] = useState<string>();
  const neverChecked =
    query.error instanceof ApiError && query.error.code === 'EntityNotExist.GovernanceReport';
  const generatedAt = query.data?.GenerateTime;
  const rows = useMemo(
    () =>
      (query.data?.GovernanceMetrics?.GovernanceMetric ?? []).map(
        ({ GovernanceItem = '', MetricValue }): Metric => ({
          item: GovernanceItem,
          count: Number(MetricValue ?? 0),
        }),
      ),
    [query.data],
  );

  const columns = useMemo<readonly Column<Metric>[]>(() => {
    // A newer server may have more checks.
    const nameOf = ({ item }: Metric): string => {
      const key = `governance.item.${item}`;
      return i18n.exists(key, { ns: 'reports' }) ? t(key as ParseKeys<'reports'>) : item;
    };
    return [
      { key: 'item', title: t('governance.check'), text: nameOf },
      {
        key: 'count',
        title: t('governance.found'),
        text: ({ count }) => format.number(count),
        sortBy: ({ count }) => count,
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: ({ item, count }) => (
          <Button size="small" disabled={count === 0} onClick={() => setOpened(item)}>
            {t('governance.show')}
          </Button>
        ),
      },
    ];
  }, [t, i18n, format]);

  async function generate(): Promise<void> {
    const done = await change.run(() => call('Ims', 'GenerateGovernanceReport', {}));
    if (done) message.success(t('governance.generated'));
  }

  return (
    <section className="surface" aria-labelledby="governance">
      <div className="section-head">
        <h2 id="governance">{t('governance.title')}</h2>
        <Button loading={change.running} onClick={() => void generate()}>
          {t('governance.generate')}
        </Button>
        {generatedAt && <p>{t('governance.asOf', { time: format.moment(generatedAt) })}</p>}
      </div>
      <ErrorNotice error={change.error} />
      <ResourceTable
        name="governance-"
        label={t('governance.title')}
        rows={rows}
        columns={columns}
        rowKey={({ item }) => item}
        rowName={({ item }) => item}
        loading={query.isLoading}
        error={neverChecked ? null : query.error}
        refetch={() => void query.refetch()}
        searchable={false}
        empty={t('governance.none')}
      />
      {opened !== undefined && <GovernanceFindings item={opened} onClosed={() => setOpened(undefined)} />}
    </section>
  );
}
