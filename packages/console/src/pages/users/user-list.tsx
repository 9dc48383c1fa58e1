import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { useEveryPage } from '../../api/use-every-page.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';

type User = NonNullable<NonNullable<AnswerOf<'Ims', 'ListUsers'>['Users']>['User']>[number];

/** The RAM users of the account. */
export function Component() {
  const { t } = useTranslation('users');
  const format = useFormat();
  const users = useEveryPage('Ims', 'ListUsers', { MaxItems: 1000 }, (answer) => answer.Users?.User);
  const columns = useMemo<readonly Column<User>[]>(
    () => [
      {
        key: 'user',
        title: t('column.user'),
        text: (user) => `${user.UserPrincipalName} ${user.DisplayName ?? ''}`,
        render: (user) => (
          <>
            <Link to={`/users/${user.UserId}`}>{user.UserPrincipalName}</Link>
            <br />
            {user.DisplayName}
          </>
        ),
      },
      { key: 'id', title: t('column.id'), text: (user) => user.UserId ?? '' },
      { key: 'comments', title: t('column.comments'), text: (user) => user.Comments ?? '' },
      {
        key: 'created',
        title: t('column.created'),
        text: (user) => format.moment(user.CreateDate),
        sortBy: (user) => user.CreateDate ?? '',
      },
    ],
    [t, format],
  );
  return (
    <Page title={t('title')} description={t('lead')}>
      <div className="surface">
        <ResourceTable
          label={t('title')}
          rows={users.rows}
          columns={columns}
          rowKey={(user) => user.UserId ?? ''}
          rowName={(user) => user.UserPrincipalName ?? ''}
          loading={users.isLoading}
          error={users.error}
          refetch={users.refetch}
          readOn={users.readOn}
          fileName="users"
          searchPlaceholder={t('search')}
        />
      </div>
    </Page>
  );
}
