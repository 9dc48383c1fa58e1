import { CheckCircleFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { fixesOf } from './fixes.ts';

/** Security score and recommended fixes. */
export function Security() {
  const { t } = useTranslation('overview');
  const { data, error, isLoading, refetch } = useCall('Claviger', 'GetAccountOverview', {});
  const fixes = data ? fixesOf(data) : [];
  return (
    <>
      <section className="surface third" aria-labelledby="score">
        <h2 id="score">{t('score.title')}</h2>
        <ErrorNotice compact error={error} retry={() => void refetch()} />
        {isLoading && <Loading />}
        {data && <Score score={data.Score} />}
      </section>
      <section className="surface two-thirds" aria-labelledby="fixes">
        <h2 id="fixes">{t('fix.title')}</h2>
        <ErrorNotice compact error={error} />
        {isLoading && <Loading />}
        {data && fixes.length === 0 && (
          <p>
            <CheckCircleFilled aria-hidden className="good" /> {t('fix.nothing')}
          </p>
        )}
        {data && (
          <ol className="fixes">
            {fixes.map(({ key, count, to, severity }) => (
              <li key={key} className={severity}>
                <span>
                  <strong>{t(`fix.${key}.title`, { count })}</strong>
                  <br />
                  <small>{t(`fix.${key}.text`)}</small>
                </span>
                <Link to={to}>{t(`fix.${key}.link`)}</Link>
              </li>
            ))}
          </ol>
        )}
      </section>
    </>
  );
}

const radius = 52;
const length = 2 * Math.PI * radius;

function Score({ score }: { readonly score: number }) {
  const { t } = useTranslation('overview');
  const grade = score >= 80 ? 'good' : score >= 60 ? 'warn' : 'bad';
  return (
    <div className="score">
      <svg viewBox="0 0 128 128" role="img" aria-label={t('score.label', { score })}>
        <g fill="none" strokeWidth="11" transform="rotate(-90 64 64)">
          <circle className="score-track" cx="64" cy="64" r={radius} />
          <circle
            className="score-value"
            cx="64"
            cy="64"
            r={radius}
            stroke={`var(--${grade})`}
            strokeLinecap="round"
            strokeDasharray={`${(score / 100) * length} ${length}`}
          />
        </g>
        <text className="score-number" x="64" y="64" textAnchor="middle" dominantBaseline="central">
          {score}
        </text>
      </svg>
      <strong>{t(`score.${grade}`)}</strong>
      <span className="quiet">{t('score.of')}</span>
    </div>
  );
}
