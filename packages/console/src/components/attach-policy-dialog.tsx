import { Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearch } from '../api/use-search.ts';
import { ErrorNotice } from './error-notice.tsx';
import { usePolicyDescription } from './use-policy-description.ts';

/** Identity of a policy: type and name. */
export interface PolicyReference {
  readonly name: string;
  readonly type: string;
}

/** Chosen policy: the value is its type and name. */
interface LabelledPolicy {
  readonly value: string;
  readonly label: string;
}

/** Whether a policy belongs to a service-linked role: the server attaches it to nothing else (`NoPermission`). */
const isOfLinkedRole = (name: string): boolean => name.startsWith('AliyunServiceRolePolicyFor');

/**
 * Dialog to choose policies for a user, a group or a role.
 * @param attached policies that are attached already and cannot be chosen
 */
export function AttachPolicyDialog({
  attached,
  running,
  error,
  onAttach,
  onCancel,
}: {
  readonly attached: readonly PolicyReference[];
  readonly running: boolean;
  readonly error: Error | null;
  readonly onAttach: (policies: readonly PolicyReference[]) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const describe = usePolicyDescription();
  const id = useId();
  const [chosen, setChosen] = useState<readonly LabelledPolicy[]>([]);
  const [searched, setSearched] = useState('');
  const policies = useSearch('SearchPolicies', searched, (answer) => answer.Policies);
  const taken = new Set(attached.map(({ type, name }) => `${type}/${name}`));
  const options = (['Custom', 'System'] as const).map((type) => ({
    label: t(`attachPolicy.${type}`),
    options: policies.rows
      .filter((policy) => policy.PolicyType === type && !isOfLinkedRole(policy.PolicyName ?? ''))
      .map((policy) => {
        const value = `${type}/${policy.PolicyName}`;
        return {
          value,
          label: policy.PolicyName ?? '',
          description: describe(policy),
          disabled: taken.has(value),
        };
      }),
  }));

  function attach(): void {
    onAttach(
      chosen.map(({ value }) => {
        const slash = value.indexOf('/');
        return { type: value.slice(0, slash), name: value.slice(slash + 1) };
      }),
    );
  }

  return (
    <Modal
      open
      title={t('attachPolicy.title')}
      okText={t('attachPolicy.attach')}
      cancelText={t('cancel')}
      okButtonProps={{ disabled: chosen.length === 0, loading: running }}
      onCancel={onCancel}
      onOk={attach}
    >
      <ErrorNotice error={policies.error} retry={policies.refetch} />
      <label htmlFor={id}>{t('attachPolicy.policies')}</label>
      <Select
        id={id}
        mode="multiple"
        className="whole-width"
        loading={policies.isLoading}
        value={[...chosen]}
        labelInValue
        onChange={(policies: LabelledPolicy[]) => {
          setChosen(policies.map(({ value, label }) => ({ value, label })));
          setSearched('');
        }}
        options={options}
        filterOption={false}
        searchValue={searched}
        onSearch={setSearched}
        placeholder={t('attachPolicy.placeholder')}
        optionRender={({ label, data }) => (
          <>
            <div>{label}</div>
            <small>{(data as { description?: string }).description}</small>
          </>
        )}
      />
      <ErrorNotice error={error} />
    </Modal>
  );
}
