import { App, Form, Input, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { Group } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface Fields {
  readonly name: string;
  readonly displayName: string;
  readonly comments?: string;
}

/**
 * Dialog to create or change a group.
 * @param group to change; absent to create one
 * @param onSaved receives the name
 */
export function GroupDialog({
  group,
  onClosed,
  onSaved,
}: {
  readonly group?: Group;
  readonly onClosed: () => void;
  readonly onSaved: (name: string) => void;
}) {
  const { t } = useTranslation(['groups', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function save({ name, displayName, comments = '' }: Fields): Promise<void> {
    const done = await change.run(() =>
      group === undefined
        ? call('Ims', 'CreateGroup', { GroupName: name, DisplayName: displayName, Comments: comments })
        : call('Ims', 'UpdateGroup', {
            GroupName: group.GroupName,
            ...(name !== group.GroupName && { NewGroupName: name }),
            NewDisplayName: displayName,
            NewComments: comments,
          }),
    );
    if (!done) return;
    message.success(t(group === undefined ? 'created' : 'saved'));
    onClosed();
    onSaved(name);
  }

  return (
    <Modal
      open
      title={t(group === undefined ? 'create' : 'edit')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{
          name: group?.GroupName,
          displayName: group?.DisplayName,
          comments: group?.Comments,
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[{ required: true, pattern: /^[\w.-]{1,64}$/, message: t('rule.name') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="displayName"
          label={t('field.displayName')}
          rules={[
            { required: true, message: t('shell:required') },
            { max: 24, message: t('rule.length', { max: 24 }) },
          ]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="comments"
          label={t('field.comments')}
          rules={[{ max: 128, message: t('rule.length', { max: 128 }) }]}
        >
          <Input.TextArea rows={2} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
