import { useTranslation } from 'react-i18next';
import { useCall } from '../../api/use-call.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';

/** Level, with the name used by the server. */
type Strength = 'low' | 'mid' | 'high';

/** Report on good practice, computed from the current state of the account. */
export function SecurityPractice() {
  const { t } = useTranslation(['reports', 'shell']);
  const format = useFormat();
  const query = useCall('Ims', 'GetAccountSecurityPracticeReport', {});
  const info = query.data?.AccountSecurityPracticeInfo;
  const facts = info?.AccountSecurityPracticeUserInfo;
  const count = (value: number | undefined) => format.number(value ?? 0);
  return (
    <section className="surface" aria-labelledby="security-practice">
      <div className="section-head">
        <h2 id="security-practice">{t('practice.title')}</h2>
      </div>
      <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      {query.isLoading && <Loading />}
      {facts && (
        <DescriptionList
          rows={[
            [t('practice.score'), t('practice.points', { points: format.number(info?.Score ?? 0) })],
            [t('practice.rootMfa'), t(facts.BindMfa ? 'shell:yes' : 'shell:no')],
            [t('practice.rootKeys'), count(facts.RootWithAccessKey)],
            [t('practice.users'), count(facts.SubUser)],
            [t('practice.usersWithMfa'), count(facts.SubUserBindMfa)],
            [t('practice.oldKeys'), count(facts.OldAkNum)],
            [t('practice.unusedKeys'), count(facts.UnusedAkNum)],
            [t('practice.usersWithOldKeys'), count(facts.SubUserWithOldAccessKey)],
            [t('practice.usersWithUnusedKeys'), count(facts.SubUserWithUnusedAccessKey)],
            [
              t('practice.passwordStrength'),
              facts.SubUserPwdLevel && t(`practice.strength.${facts.SubUserPwdLevel as Strength}`),
            ],
          ]}
        />
      )}
    </section>
  );
}
