import { App, Modal, Radio, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

const OPERATIONS = { user: 'SearchUsers', group: 'SearchGroups', role: 'SearchRoles' } as const;

type HolderKind = keyof typeof OPERATIONS;

/** Dialog to attach a policy to users, groups or roles; those who have it keep it. */
export function AttachToDialog({
  policyName,
  policyType,
  onClosed,
}: {
  readonly policyName: string;
  readonly policyType: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['policies', 'shell']);
  const { message } = App.useApp();
  const change = useChange();
  const [kind, setKind] = useState<HolderKind>('user');
  const [names, setNames] = useState<readonly string[]>([]);

  async function attach(): Promise<void> {
    const done = await change.run(async () => {
      for (const name of names) {
        await attachTo(kind, name, { PolicyName: policyName, PolicyType: policyType });
      }
      return true;
    });
    if (!done) return;
    message.success(t('shell:attachedPolicies.attached'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('attachTo.title')}
      okText={t('shell:attachPolicy.attach')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: names.length === 0, loading: change.running }}
      onCancel={onClosed}
      onOk={() => void attach()}
    >
      <Radio.Group
        aria-label={t('attachTo.kind')}
        value={kind}
        onChange={({ target }) => {
          setKind(target.value as HolderKind);
          setNames([]);
        }}
        options={(['user', 'group', 'role'] as const).map((value) => ({
          value,
          label: t(`attachTo.${value}`),
        }))}
      />
      <HolderSelect key={kind} kind={kind} names={names} onChange={setNames} />
      <ErrorNotice error={change.error} />
    </Modal>
  );
}

function HolderSelect({
  kind,
  names,
  onChange,
}: {
  readonly kind: HolderKind;
  readonly names: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}) {
  const { t } = useTranslation('policies');
  const [searched, setSearched] = useState('');
  const found = useSearch(OPERATIONS[kind], searched, namesIn);
  const id = useId();
  return (
    <>
      <ErrorNotice error={found.error} retry={found.refetch} />
      <label className="visually-hidden" htmlFor={id}>
        {t(`attachTo.${kind}`)}
      </label>
      <Select
        id={id}
        mode="multiple"
        className="whole-width"
        loading={found.isLoading}
        value={[...names]}
        onChange={(chosen: string[]) => {
          onChange(chosen);
          setSearched('');
        }}
        filterOption={false}
        searchValue={searched}
        onSearch={setSearched}
        placeholder={t('attachTo.placeholder')}
        options={found.rows.map(({ name }) => ({ value: name, label: name }))}
      />
    </>
  );
}

/** Returns the names that RAM's operations take: of users without the domain. */
function namesIn(answer: AnswerOf<'Claviger', (typeof OPERATIONS)[HolderKind]>): readonly { name: string }[] {
  if ('Users' in answer) {
    return answer.Users.map((user) => ({ name: user.UserPrincipalName.split('@')[0] ?? '' }));
  }
  if ('Groups' in answer) return answer.Groups.map((group) => ({ name: group.GroupName }));
  return answer.Roles.map((role) => ({ name: role.RoleName }));
}

interface Policy {
  readonly PolicyName: string;
  readonly PolicyType: string;
}

async function attachTo(kind: HolderKind, name: string, policy: Policy): Promise<void> {
  try {
    if (kind === 'user') await call('Ram', 'AttachPolicyToUser', { ...policy, UserName: name });
    else if (kind === 'group') await call('Ram', 'AttachPolicyToGroup', { ...policy, GroupName: name });
    else await call('Ram', 'AttachPolicyToRole', { ...policy, RoleName: name });
  } catch (reason) {
    const has = reason instanceof ApiError && /^EntityAlreadyExists\.\w+\.Policy$/.test(reason.code);
    if (!has) throw reason;
  }
}
