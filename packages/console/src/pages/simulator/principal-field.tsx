import { Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Select for the user or role of a simulated request. */
export function PrincipalField({ kind }: { readonly kind: 'ram-user' | 'role' }) {
  return kind === 'ram-user' ? <UserField /> : <RoleField />;
}

function UserField() {
  const [searched, setSearched] = useState('');
  const users = useSearch('SearchUsers', searched, (answer) => answer.Users);
  return (
    <Field
      kind="ram-user"
      list={users}
      names={users.rows.map((user) => user.UserPrincipalName ?? '')}
      onSearch={setSearched}
    />
  );
}

function RoleField() {
  const [searched, setSearched] = useState('');
  const roles = useSearch('SearchRoles', searched, (answer) => answer.Roles);
  return (
    <Field
      kind="role"
      list={roles}
      names={roles.rows.map((role) => role.RoleName ?? '')}
      onSearch={setSearched}
    />
  );
}

function Field({
  kind,
  list,
  names,
  onSearch,
}: {
  readonly kind: 'ram-user' | 'role';
  readonly list: { readonly isLoading: boolean; readonly error: Error | null; readonly refetch: () => void };
  readonly names: readonly string[];
  readonly onSearch: (text: string) => void;
}) {
  const { t } = useTranslation(['simulator', 'shell']);
  return (
    <div className="narrow-form">
      <Form.Item
        name="principal"
        label={t(`asking.${kind}`)}
        rules={[{ required: true, message: t('shell:required') }]}
      >
        <Select
          showSearch
          filterOption={false}
          onSearch={onSearch}
          loading={list.isLoading}
          options={names.map((name) => ({ value: name, label: name }))}
        />
      </Form.Item>
      <ErrorNotice error={list.error} retry={list.refetch} />
    </div>
  );
}
