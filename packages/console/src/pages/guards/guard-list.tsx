import { App, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import type { NewKey } from '../access-keys/new-key.ts';
import { ShownOnceDialog } from '../access-keys/secret-dialog.tsx';
import { GuardDialog } from './guard-dialog.tsx';
import { GuardKeys } from './guard-keys.tsx';
import '../access-keys/access-keys.css';

type Guard = NonNullable<AnswerOf<'Claviger', 'ListGuards'>['Guards']>[number];

/** Page of the registered guards: connections and age of the snapshot. */
export function Component() {
  const { t } = useTranslation(['guards', 'shell']);
  const { message } = App.useApp();
  const format = useFormat();
  const query = useServerList('Claviger', 'ListGuards', {}, (answer) => answer.Guards);
  const change = useChange();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<NewKey>();
  const [shownKeysOf, setShownKeysOf] = useState<string>();
  const deletion = useDeletion<Guard>({
    nameOf: ({ GuardName = '' }) => GuardName,
    remove: ({ GuardName = '' }) => call('Claviger', 'DeleteGuard', { GuardName }),
    title: t('removeTitle'),
    text: (_, names) => t('removeText', { names }),
    done: () => t('removed'),
    typed: true,
  });
  const { ask } = deletion;
  const { run } = change;

  const columns = useMemo<readonly Column<Guard>[]>(() => {
    const setStatus = async ({ GuardName = '', Status }: Guard): Promise<void> => {
      const next = Status === 'Active' ? 'Disabled' : 'Active';
      const done = await run(() => call('Claviger', 'SetGuardStatus', { GuardName, Status: next }));
      if (done) message.success(t(next === 'Active' ? 'enabled' : 'disabled'));
    };
    const connections = (guard: Guard) => guard.Connections ?? [];
    return [
      { key: 'name', title: t('field.name'), text: (guard) => guard.GuardName ?? '' },
      { key: 'services', title: t('field.services'), text: (guard) => (guard.Services ?? []).join(', ') },
      {
        key: 'status',
        title: t('field.status'),
        text: (guard) => t(guard.Status === 'Active' ? 'status.Active' : 'status.Disabled'),
      },
      {
        key: 'connections',
        title: t('field.connections'),
        text: (guard) =>
          connections(guard)
            .map(({ SourceIp, Version }) => `${SourceIp} ${Version}`)
            .join('; '),
        sortBy: false,
        render: (guard) =>
          connections(guard).length === 0
            ? t('notConnected')
            : connections(guard).map((each) => (
                <div key={each.ConnectionId}>
                  {t('connection', {
                    address: each.SourceIp,
                    version: each.Version || t('unknownVersion'),
                    since: format.moment(each.ConnectDate),
                    seconds: format.number(each.AgeSeconds ?? 0),
                  })}
                </div>
              )),
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (guard) => (
          <Space wrap size="small">
            <Button size="small" onClick={() => setShownKeysOf(guard.GuardName)}>
              {t('keys.show')}
            </Button>
            <Button size="small" onClick={() => void setStatus(guard)}>
              {t(guard.Status === 'Active' ? 'disable' : 'enable')}
            </Button>
            <Button size="small" danger onClick={() => ask([guard])}>
              {t('remove')}
            </Button>
          </Space>
        ),
      },
    ];
  }, [t, format, ask, run, message]);

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
    >
      <section className="surface">
        <ErrorNotice error={change.error} />
        <ResourceTable
          label={t('title')}
          list={query}
          columns={columns}
          rowKey={(guard) => guard.GuardId ?? ''}
          rowName={(guard) => guard.GuardName ?? ''}
          fileName="guards"
          empty={t('none')}
        />
      </section>
      {adding && (
        <GuardDialog
          onClosed={() => setAdding(false)}
          onMade={(key) => {
            setAdding(false);
            setMade(key);
          }}
        />
      )}
      {made && (
        <ShownOnceDialog
          newKey={made}
          texts={{
            title: t('credential.title'),
            once: t('credential.once'),
            id: t('credential.id'),
            secret: t('credential.secret'),
            saved: t('credential.saved'),
            file: { id: 'AccessKey ID', secret: 'AccessKey Secret', name: 'Guard' },
          }}
          onClosed={() => setMade(undefined)}
        />
      )}
      {shownKeysOf !== undefined && (
        <GuardKeys guardName={shownKeysOf} onClosed={() => setShownKeysOf(undefined)} />
      )}
      {deletion.dialog}
    </Page>
  );
}
