import { App, Button, Tag } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';

type Session = NonNullable<AnswerOf<'Claviger', 'ListSessions'>['Sessions']>[number];

/** Console sessions of the caller, each of which can be ended. */
export function Sessions() {
  const { t } = useTranslation('account');
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Claviger', 'ListSessions', {});
  const change = useChange();
  const { run } = change;
  const sessions = query.data?.Sessions ?? [];

  const columns = useMemo<readonly Column<Session>[]>(() => {
    async function end(SessionId: string): Promise<void> {
      if (await run(() => call('Claviger', 'EndSession', { SessionId }))) message.success(t('session.ended'));
    }
    return [
      {
        key: 'browser',
        title: t('session.browser'),
        text: (session) => browserOf(session.UserAgent),
        render: (session) => (
          <>
            {browserOf(session.UserAgent)}{' '}
            {session.Current && <Tag color="success">{t('session.current')}</Tag>}
          </>
        ),
      },
      { key: 'address', title: t('session.address'), text: (session) => session.SourceIp },
      {
        key: 'signedIn',
        title: t('session.signedIn'),
        text: (session) => format.moment(session.SignedInAt),
        sortBy: (session) => session.SignedInAt,
      },
      {
        key: 'seen',
        title: t('session.seen'),
        text: (session) => format.moment(session.LastSeenAt),
        sortBy: (session) => session.LastSeenAt,
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (session) =>
          !session.Current && (
            <Button size="small" danger onClick={() => void end(session.SessionId)}>
              {t('session.end')}
            </Button>
          ),
      },
    ];
  }, [t, format, message, run]);

  async function endOthers(): Promise<void> {
    if (await run(() => call('Claviger', 'EndSession', {}))) message.success(t('session.ended'));
  }

  return (
    <section className="surface" aria-labelledby="sessions">
      <div className="section-head">
        <h2 id="sessions">{t('session.title')}</h2>
        <Button disabled={sessions.length < 2} loading={change.running} onClick={() => void endOthers()}>
          {t('session.endOthers')}
        </Button>
        <p>{t('session.text')}</p>
      </div>
      <ErrorNotice error={change.error} />
      <ResourceTable
        name="session-"
        label={t('session.title')}
        rows={sessions}
        columns={columns}
        rowKey={(session) => session.SessionId}
        rowName={(session) => browserOf(session.UserAgent)}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        searchable={false}
      />
    </section>
  );
}

/** Returns browser and system from a User-Agent; the whole text if unknown. */
function browserOf(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/.exec(userAgent);
  const system = /(Windows|Macintosh|Android|iPhone|iPad|Linux)/.exec(userAgent);
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', Macintosh: 'macOS' };
  const words = [browser?.[1], system?.[1]].filter((word) => word !== undefined);
  return words.length === 0 ? userAgent : words.map((word) => names[word] ?? word).join(' · ');
}
