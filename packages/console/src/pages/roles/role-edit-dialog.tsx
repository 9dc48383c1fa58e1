import { App, Form, Input, InputNumber, Modal, Switch } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { Role } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface Fields {
  readonly description?: string;
  readonly hours: number;
  readonly console: boolean;
}

/** Dialog to change the description of a role, its session duration, and whether the console can switch to it. */
export function RoleEditDialog({ role, onClosed }: { readonly role: Role; readonly onClosed: () => void }) {
  const { t } = useTranslation(['roles', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function save({ description = '', hours, console }: Fields): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'UpdateRole', {
        RoleName: role.RoleName,
        NewDescription: description,
        NewMaxSessionDuration: Math.round(hours * 3600),
        NewAllowConsoleLogin: console,
      }),
    );
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('edit')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{
          description: role.Description,
          hours: (role.MaxSessionDuration ?? 3600) / 3600,
          console: role.AllowConsoleLogin ?? false,
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="description"
          label={t('field.description')}
          rules={[{ max: 1024, message: t('rule.length', { max: 1024 }) }]}
        >
          <Input.TextArea rows={2} />
        </Form.Item>
        <Form.Item
          name="hours"
          label={t('field.sessionHours')}
          extra={t('field.sessionHint')}
          rules={[{ required: true, type: 'number', min: 1, max: 12, message: t('rule.hours') }]}
        >
          <InputNumber min={1} max={12} />
        </Form.Item>
        <Form.Item
          name="console"
          label={t('field.console')}
          extra={t('field.consoleHint')}
          valuePropName="checked"
        >
          <Switch aria-label={t('field.console')} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
