import { App, Form, Input, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { addTag, type ResourceTag, type TaggedKind } from './tagged-resources.ts';

const OPERATIONS = { user: 'SearchUsers', role: 'SearchRoles', policy: 'SearchPolicies' } as const;

/** Dialog to add a tag to a user, role or custom policy. */
export function TagDialog({ kind, onClosed }: { readonly kind: TaggedKind; readonly onClosed: () => void }) {
  const { t } = useTranslation(['tags', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const [searched, setSearched] = useState('');
  const found = useSearch(OPERATIONS[kind], searched, taggable);
  const required = { required: true, message: t('shell:required') };

  async function add({ resource, key, value = '' }: Partial<ResourceTag>): Promise<void> {
    const tag = { resource: resource ?? '', key: (key ?? '').trim(), value: value.trim() };
    const done = await change.run(async () => {
      await addTag(kind, tag);
      return true;
    });
    if (!done) return;
    message.success(t('added'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('add')}
      okText={t('add')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <ErrorNotice error={found.error} retry={found.refetch} />
      <Form<ResourceTag> id={formId} layout="vertical" onFinish={(fields) => void add(fields)}>
        <Form.Item name="resource" label={t(`kind.${kind}`)} rules={[required]}>
          <Select
            showSearch
            filterOption={false}
            onSearch={setSearched}
            loading={found.isLoading}
            options={found.rows.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        <Form.Item name="key" label={t('key')} rules={[required, { max: 128 }]}>
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item name="value" label={t('value')} rules={[{ max: 128 }]}>
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}

/** Returns what can have tags: system policies have none. */
function taggable(
  answer: AnswerOf<'Claviger', (typeof OPERATIONS)[TaggedKind]>,
): readonly { readonly id: string; readonly name: string }[] {
  if ('Users' in answer) {
    return answer.Users.map((user) => ({ id: user.UserId, name: user.UserPrincipalName }));
  }
  if ('Roles' in answer) return answer.Roles.map((role) => ({ id: role.RoleName, name: role.RoleName }));
  return answer.Policies.filter(({ PolicyType }) => PolicyType === 'Custom').map(({ PolicyName }) => ({
    id: PolicyName,
    name: PolicyName,
  }));
}
