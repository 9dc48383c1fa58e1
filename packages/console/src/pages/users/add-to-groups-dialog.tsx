import { App, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMember } from '../../api/add-member.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Dialog to add users to groups; existing members are kept. */
export function AddToGroupsDialog({
  loginNames,
  onClosed,
  onAdded,
}: {
  readonly loginNames: readonly string[];
  readonly onClosed: () => void;
  readonly onAdded?: () => void;
}) {
  const { t } = useTranslation(['users', 'shell']);
  const { message } = App.useApp();
  const id = useId();
  const [chosen, setChosen] = useState<string[]>([]);
  const [searched, setSearched] = useState('');
  const groups = useSearch('SearchGroups', searched, (answer) => answer.Groups);
  const change = useChange();

  async function add(): Promise<void> {
    const done = await change.run(async () => {
      for (const GroupName of chosen) {
        for (const UserPrincipalName of loginNames) await addMember(GroupName, UserPrincipalName);
      }
      return true;
    });
    if (!done) return;
    message.success(t('addToGroups.done'));
    onAdded?.();
    onClosed();
  }

  return (
    <Modal
      open
      title={t('addToGroups.title')}
      okText={t('addToGroups.add')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: chosen.length === 0, loading: change.running }}
      onCancel={onClosed}
      onOk={() => void add()}
    >
      <p>{loginNames.join(', ')}</p>
      <ErrorNotice error={groups.error} retry={groups.refetch} />
      <label htmlFor={id}>{t('addToGroups.groups')}</label>
      <Select
        id={id}
        mode="multiple"
        className="whole-width"
        loading={groups.isLoading}
        value={chosen}
        onChange={(names: string[]) => {
          setChosen(names);
          setSearched('');
        }}
        filterOption={false}
        searchValue={searched}
        onSearch={setSearched}
        placeholder={t('addToGroups.placeholder')}
        notFoundContent={t('addToGroups.none')}
        options={groups.rows.map((group) => ({ value: group.GroupName ?? '', label: group.GroupName ?? '' }))}
      />
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
