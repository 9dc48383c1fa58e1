import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useCall } from '../../api/use-call.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Report on good practice, from the same numbers as the overview. */
export function SecurityPractice() {
  const { t } = useTranslation(['reports', 'shell']);
  const format = useFormat();
  const query = useCall('Claviger', 'GetAccountOverview', {});
  const facts = query.data;
  const count = format.number;
  return (
    <section className="surface" aria-labelledby="security-practice">
      <div className="section-head">
        <h2 id="security-practice">{t('practice.title')}</h2>
        <Button loading={query.isFetching} onClick={() => void query.refetch()}>
          {t('practice.compute')}
        </Button>
        {facts && <p>{t('practice.asOf', { time: format.moment(facts.ComputedDate) })}</p>}
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {facts && (
        <DescriptionList
          rows={[
            [t('practice.score'), t('practice.points', { points: count(facts.Score) })],
            [t('practice.rootMfa'), t(facts.RootHasMFA ? 'shell:yes' : 'shell:no')],
            [t('practice.rootKeys'), count(facts.RootAccessKeys)],
            [t('practice.users'), count(facts.Users)],
            [t('practice.usersWithMfa'), count(facts.UsersWithMFA)],
            [t('practice.consoleUsers'), count(facts.ConsoleUsers)],
            [t('practice.consoleUsersWithoutMfa'), count(facts.ConsoleUsersWithoutMFA)],
            [t('practice.oldKeys'), count(facts.OldAccessKeys)],
            [t('practice.unusedKeys'), count(facts.UnusedAccessKeys)],
            [t('practice.usersWithOldKeys'), count(facts.UsersWithOldAccessKeys)],
            [t('practice.usersWithUnusedKeys'), count(facts.UsersWithUnusedAccessKeys)],
            [t('practice.passwordStrength'), t(`practice.strength.${facts.PasswordLevel}`)],
          ]}
        />
      )}
    </section>
  );
}
