import { useTranslation } from 'react-i18next';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormat } from '../../language/use-format.ts';

/** As the server words it. */
type Strength = 'low' | 'mid' | 'high';

/** How well the account keeps to good practice, counted on its real state. */
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
      {query.isLoading && <Waiting />}
      {facts && (
        <Facts
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
