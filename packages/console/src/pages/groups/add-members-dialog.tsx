import { App, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMember } from '../../api/add-member.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Dialog to add users to a group; existing members are kept. */
export function AddMembersDialog({
  groupName,
  onClosed,
}: {
  readonly groupName: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['groups', 'shell']);
  const { message } = App.useApp();
  const id = useId();
  const [chosen, setChosen] = useState<string[]>([]);
  const [searched, setSearched] = useState('');
  const users = useSearch('SearchUsers', searched, (answer) => answer.Users);
  const change = useChange();

  async function add(): Promise<void> {
    const done = await change.run(async () => {
      for (const UserPrincipalName of chosen) {
        await addMember(groupName, UserPrincipalName);
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
        onChange={(names: string[]) => {
          setChosen(names);
          setSearched('');
        }}
        placeholder={t('members.placeholder')}
        options={users.rows.map(({ UserPrincipalName = '', DisplayName }) => ({
          value: UserPrincipalName,
          label: DisplayName ? `${DisplayName} (${UserPrincipalName})` : UserPrincipalName,
        }))}
        filterOption={false}
        searchValue={searched}
        onSearch={setSearched}
      />
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
