import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteRole } from './delete-role.ts';

type Role = NonNullable<AnswerOf<'Claviger', 'SearchRoles'>['Roles']>[number];

/** Page of the roles of the account. */
export function Component() {
  const { t } = useTranslation(['roles', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const roles = useServerList('Claviger', 'SearchRoles', {}, (answer) => answer.Roles, { isSearched: true });
  const deletion = useDeletion<Role>({
    nameOf: ({ RoleName = '' }) => RoleName,
    remove: ({ RoleName = '' }) => deleteRole(RoleName),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
  });

  const columns = useMemo<readonly Column<Role>[]>(
    () => [
      {
        key: 'name',
        title: t('field.name'),
        orderBy: 'Name',
        text: (role) => role.RoleName ?? '',
        render: (role) => (
          <Link to={`/roles/${encodeURIComponent(role.RoleName ?? '')}`}>{role.RoleName}</Link>
        ),
      },
      { key: 'description', title: t('field.description'), text: (role) => role.Description ?? '' },
      {
        key: 'session',
        title: t('field.session'),
        text: (role) => t('hours', { value: format.number((role.MaxSessionDuration ?? 0) / 3600) }),
      },
      {
        key: 'created',
        title: t('column.created'),
        text: (role) => format.moment(role.CreateDate),
        orderBy: 'CreateDate',
      },
    ],
    [t, format],
  );

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => void navigate('/roles/new')}
        >
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          list={roles}
          columns={columns}
          rowKey={(role) => role.RoleName ?? ''}
          rowName={(role) => role.RoleName ?? ''}
          fileName="roles"
          bulkActions={[
            {
              key: 'delete',
              label: t('delete'),
              danger: true,
              run: deletion.ask,
            },
          ]}
        />
      </div>
      {deletion.dialog}
    </Page>
  );
}
