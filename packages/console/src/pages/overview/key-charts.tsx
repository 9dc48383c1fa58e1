import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { BarChart } from '../../components/bar-chart.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Ranges by upper bound in days, with their severity. */
const AGES = [
  { key: 'd30', days: 30, tone: 'good' },
  { key: 'd90', days: 90, tone: 'good' },
  { key: 'd180', days: 180, tone: 'warn' },
  { key: 'd365', days: 365, tone: 'warn' },
  { key: 'older', days: 0, tone: 'bad' },
] as const;

const USES = [
  { key: 'd1', days: 1, tone: 'good' },
  { key: 'd7', days: 7, tone: 'good' },
  { key: 'd30', days: 30, tone: 'good' },
  { key: 'd90', days: 90, tone: 'good' },
  { key: 'older', days: 0, tone: 'warn' },
] as const;

/** Charts of the age and the last use of the account's keys. */
export function KeyCharts() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data, error, isLoading, refetch } = useCall('Claviger', 'GetAccountOverview', {});
  const keysIn = (ranges: readonly { BelowDays: number; AccessKeys: number }[], days: number) =>
    ranges.find(({ BelowDays }) => BelowDays === days)?.AccessKeys ?? 0;
  return (
    <section className="surface half" aria-labelledby="keys">
      <div className="section-head">
        <h2 id="keys">{t('keys.title')}</h2>
        <Link to="/all-access-keys">{t('keys.all')}</Link>
      </div>
      <ErrorNotice compact error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {data && (
        <>
          <div className="chart-pair">
            <BarChart
              label={t('age.title')}
              bars={AGES.map(({ key, days, tone }) => ({
                key,
                tone,
                label: t(`age.${key}`),
                value: keysIn(data.AccessKeysByAge, days),
              }))}
              format={format.number}
            />
            <BarChart
              label={t('use.title')}
              bars={[
                ...USES.map(({ key, days, tone }) => ({
                  key,
                  tone,
                  label: t(`use.${key}`),
                  value: keysIn(data.AccessKeysByLastUse, days),
                })),
                {
                  key: 'never',
                  tone: 'warn' as const,
                  label: t('use.never'),
                  value: data.NeverUsedAccessKeys,
                },
              ]}
              format={format.number}
            />
          </div>
          <p className="quiet">{t('keys.asOf', { moment: format.moment(data.ComputedDate) })}</p>
        </>
      )}
    </section>
  );
}
