import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { AddToGroupsDialog } from './add-to-groups-dialog.tsx';

type Group = NonNullable<NonNullable<AnswerOf<'Ims', 'ListGroupsForUser'>['Groups']>['Group']>[number];

/** List of the groups of a user. */
export function GroupsTab({ loginName }: { readonly loginName: string }) {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Ims', 'ListGroupsForUser', { UserPrincipalName: loginName });
  const change = useChange();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<readonly Group[]>();

  const columns = useMemo<readonly Column<Group>[]>(
    () => [
      {
        key: 'name',
        title: t('group.name'),
        text: (group) => group.GroupName ?? '',
        render: (group) => (
          <Link to={`/groups/${encodeURIComponent(group.GroupName ?? '')}`}>{group.GroupName}</Link>
        ),
      },
      { key: 'displayName', title: t('field.displayName'), text: (group) => group.DisplayName ?? '' },
      { key: 'comments', title: t('column.comments'), text: (group) => group.Comments ?? '' },
      {
        key: 'joined',
        title: t('group.joined'),
        text: (group) => format.moment(group.JoinDate),
        sortBy: (group) => group.JoinDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (group) => (
          <Button size="small" onClick={() => setLeaving([group])}>
            {t('group.remove')}
          </Button>
        ),
      },
    ],
    [t, format],
  );

  async function leave(groups: readonly Group[]): Promise<void> {
    const done = await change.run(async () => {
      for (const { GroupName } of groups) {
        await call('Ims', 'RemoveUserFromGroup', { GroupName, UserPrincipalName: loginName });
      }
      return true;
    });
    if (!done) return;
    message.success(t('group.removed'));
    setLeaving(undefined);
  }

  return (
    <section className="surface" aria-labelledby="user-groups">
      <div className="section-head">
        <h2 id="user-groups">{t('tab.groups')}</h2>
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('addToGroups.title')}
        </Button>
      </div>
      <ResourceTable
        name="groups-"
        label={t('tab.groups')}
        rows={query.data?.Groups?.Group ?? []}
        columns={columns}
        rowKey={(group) => group.GroupName ?? ''}
        rowName={(group) => group.GroupName ?? ''}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        searchable={false}
        empty={t('group.none')}
      />
      {adding && <AddToGroupsDialog loginNames={[loginName]} onClosed={() => setAdding(false)} />}
      <ConfirmDialog
        open={leaving !== undefined}
        title={t('group.remove')}
        confirmText={t('group.remove')}
        running={change.running}
        error={change.error}
        onCancel={() => setLeaving(undefined)}
        onConfirm={() => leaving && void leave(leaving)}
      >
        {t('group.removeText', { names: leaving?.map((group) => group.GroupName).join(', ') })}
      </ConfirmDialog>
    </section>
  );
}
