import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { AddMembersDialog } from './add-members-dialog.tsx';

type Member = NonNullable<AnswerOf<'Claviger', 'SearchGroupMembers'>['Users']>[number];

interface Selection {
  readonly members: readonly Member[];
  readonly done: () => void;
}

/** List of the members of a group. */
export function Members({ groupName }: { readonly groupName: string }) {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const members = useServerList(
    'Claviger',
    'SearchGroupMembers',
    { GroupName: groupName },
    (answer) => answer.Users,
    { isSearched: true, name: 'members-' },
  );
  const change = useChange();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Selection>();

  const columns = useMemo<readonly Column<Member>[]>(
    () => [
      {
        key: 'loginName',
        title: t('members.loginName'),
        orderBy: 'Name',
        text: (member) => member.UserPrincipalName ?? '',
        render: (member) => <Link to={`/users/${member.UserId}`}>{member.UserPrincipalName}</Link>,
      },
      { key: 'displayName', title: t('field.displayName'), text: (member) => member.DisplayName ?? '' },
      {
        key: 'joined',
        title: t('members.joined'),
        text: (member) => format.moment(member.JoinDate),
      },
    ],
    [t, format],
  );

  async function remove({ members: leaving, done }: Selection): Promise<void> {
    const removed = await change.run(async () => {
      for (const { UserPrincipalName = '' } of leaving) {
        await call('Ims', 'RemoveUserFromGroup', { GroupName: groupName, UserPrincipalName });
      }
      return true;
    });
    if (!removed) return;
    message.success(t('members.removed'));
    setRemoving(undefined);
    done();
  }

  return (
    <section className="surface" aria-labelledby="group-members">
      <div className="section-head">
        <h2 id="group-members">{t('members.title')}</h2>
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('members.add')}
        </Button>
      </div>
      <ResourceTable
        name="members-"
        label={t('members.title')}
        list={members}
        columns={columns}
        rowKey={(member) => member.UserPrincipalName ?? ''}
        rowName={(member) => member.UserPrincipalName ?? ''}
        fileName={`${groupName}-members`}
        empty={t('members.none')}
        bulkActions={[
          {
            key: 'remove',
            label: t('members.remove'),
            danger: true,
            run: (rows, done) => {
              change.reset();
              setRemoving({ members: rows, done });
            },
          },
        ]}
      />
      {adding && <AddMembersDialog groupName={groupName} onClosed={() => setAdding(false)} />}
      <ConfirmDialog
        open={removing !== undefined}
        title={t('members.remove')}
        confirmText={t('members.remove')}
        running={change.running}
        error={change.error}
        onCancel={() => setRemoving(undefined)}
        onConfirm={() => removing && void remove(removing)}
      >
        {t('members.removeText', {
          names: removing?.members.map((member) => member.UserPrincipalName).join(', '),
        })}
      </ConfirmDialog>
    </section>
  );
}
