import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Numbers of users, groups, roles and policies. */
export function Counts() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data, error, isLoading, refetch } = useCall('Ims', 'GetAccountSummary', {});
  const summary = data?.SummaryMap;
  const counts = [
    { key: 'users', count: summary?.Users, to: '/users' },
    { key: 'groups', count: summary?.Groups, to: '/groups' },
    { key: 'roles', count: summary?.Roles, to: '/roles' },
    { key: 'policies', count: summary?.Policies, to: '/policies' },
    { key: 'devices', count: summary?.MFADevicesInUse, to: '/users' },
  ] as const;
  return (
    <section className="surface" aria-labelledby="counts">
      <h2 id="counts">{t('counts.title')}</h2>
      <ErrorNotice compact error={error} retry={() => void refetch()} />
      {isLoading && <Loading />}
      {summary && (
        <dl className="counts">
          {counts.map(({ key, count, to }) => (
            <div key={key}>
              <dt>
                <Link to={to}>{t(`counts.${key}`)}</Link>
              </dt>
              <dd>{format.number(count ?? 0)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
