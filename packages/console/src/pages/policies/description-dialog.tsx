import { App, Form, Input, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Dialog to change the description of a policy. */
export function DescriptionDialog({
  policyName,
  description,
  onClosed,
}: {
  readonly policyName: string;
  readonly description: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['policies', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function save(fields: { readonly description?: string }): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'UpdatePolicyDescription', {
        PolicyName: policyName,
        NewDescription: fields.description ?? '',
      }),
    );
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('editDescription')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form
        id={formId}
        layout="vertical"
        initialValues={{ description }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="description"
          label={t('field.description')}
          rules={[{ max: 1024, message: t('rule.length', { max: 1024 }) }]}
        >
          <Input.TextArea rows={3} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
