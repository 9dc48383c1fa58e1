import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Bar, BarChart } from '../../components/bar-chart.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';
import { type ReportedKey, readReportedKeys } from './reported-keys.ts';

const DAY_MS = 86_400_000;

/** Ranges by upper bound in days, with their severity. */
const AGES = [
  { key: 'd30', days: 30, tone: 'good' },
  { key: 'd90', days: 90, tone: 'good' },
  { key: 'd180', days: 180, tone: 'warn' },
  { key: 'd365', days: 365, tone: 'warn' },
  { key: 'older', days: Number.POSITIVE_INFINITY, tone: 'bad' },
] as const;

const USES = [
  { key: 'd1', days: 1, tone: 'good' },
  { key: 'd7', days: 7, tone: 'good' },
  { key: 'd30', days: 30, tone: 'good' },
  { key: 'd90', days: 90, tone: 'good' },
  { key: 'older', days: Number.POSITIVE_INFINITY, tone: 'warn' },
] as const;

/** Charts of the age and the last use of the account's keys. */
export function KeyCharts() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data, error, isLoading, refetch } = useQuery({
    queryKey: ['Ims', 'GetCredentialReport', 'keys'],
    queryFn: () => readReportedKeys(Date.now()),
    staleTime: 5 * 60_000,
  });
  const now = Date.now();

  function barsByAge(keys: readonly ReportedKey[]): Bar[] {
    return AGES.map(({ key, days, tone }, index) => ({
      key,
      tone,
      label: t(`age.${key}`),
      value: count(keys, ({ rotatedAt }) => rotatedAt, AGES[index - 1]?.days ?? 0, days, now),
    }));
  }

  function barsByUse(keys: readonly ReportedKey[]): Bar[] {
    return [
      ...USES.map(({ key, days, tone }, index) => ({
        key,
        tone,
        label: t(`use.${key}`),
        value: count(keys, ({ usedAt }) => usedAt, USES[index - 1]?.days ?? 0, days, now),
      })),
      {
        key: 'never',
        tone: 'warn' as const,
        label: t('use.never'),
        value: keys.filter(({ usedAt }) => usedAt === undefined).length,
      },
    ];
  }

  return (
    <section className="surface half" aria-labelledby="keys">
      <h2 id="keys">{t('keys.title')}</h2>
      <ErrorNotice compact error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {data && (
        <>
          <div className="chart-pair">
            <BarChart label={t('age.title')} bars={barsByAge(data.keys)} format={format.number} />
            <BarChart label={t('use.title')} bars={barsByUse(data.keys)} format={format.number} />
          </div>
          <p className="quiet">{t('keys.asOf', { moment: format.moment(data.generatedAt) })}</p>
        </>
      )}
    </section>
  );
}

/** Counts the times that are at least `from` and less than `to` days ago. */
function count(
  keys: readonly ReportedKey[],
  momentOf: (key: ReportedKey) => string | undefined,
  from: number,
  to: number,
  now: number,
): number {
  return keys.filter((key) => {
    const moment = momentOf(key);
    if (moment === undefined) return false;
    const passed = Math.max(0, now - Date.parse(moment)) / DAY_MS;
    return passed >= from && passed < to;
  }).length;
}
