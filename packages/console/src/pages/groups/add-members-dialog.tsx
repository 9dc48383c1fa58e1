import { App, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { useUsers } from '../../api/use-users.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/**
 * Dialog to add users to a group.
 * @param present login names of the members
 */
export function AddMembersDialog({
  groupName,
  present,
  onClosed,
}: {
  readonly groupName: string;
  readonly present: readonly string[];
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['groups', 'shell']);
  const { message } = App.useApp();
  const id = useId();
  const [chosen, setChosen] = useState<string[]>([]);
  const [searched, setSearched] = useState('');
  const users = useUsers(searched);
  const change = useChange();

  async function add(): Promise<void> {
    const done = await change.run(async () => {
      for (const UserPrincipalName of chosen) {
        await call('Ims', 'AddUserToGroup', { GroupName: groupName, UserPrincipalName });
      }
      return true;
    });
    if (!done) return;
    message.success(t('members.added'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('members.add')}
      okText={t('members.add')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: chosen.length === 0, loading: change.running }}
      onCancel={onClosed}
      onOk={() => void add()}
    >
      <ErrorNotice error={users.error} retry={users.refetch} />
      <label htmlFor={id}>{t('members.users')}</label>
      <Select
        id={id}
        mode="multiple"
        className="whole-width"
        loading={users.isLoading}
        value={chosen}
        onChange={setChosen}
        placeholder={t('members.placeholder')}
        options={users.rows.map(({ UserPrincipalName = '', DisplayName }) => ({
          value: UserPrincipalName,
          label: DisplayName ? `${DisplayName} (${UserPrincipalName})` : UserPrincipalName,
          disabled: present.includes(UserPrincipalName),
        }))}
        optionFilterProp="label"
        onSearch={setSearched}
      />
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
