import { Form, Input, Modal, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { NewKey } from '../access-keys/new-key.ts';

interface Fields {
  readonly name: string;
  readonly services: readonly string[];
}

/**
 * Dialog to register a guard.
 * @param onMade receives its credential, which is returned once
 */
export function GuardDialog({
  onClosed,
  onMade,
}: {
  readonly onClosed: () => void;
  readonly onMade: (key: NewKey) => void;
}) {
  const { t } = useTranslation(['guards', 'shell']);
  const formId = useId();
  const change = useChange();

  async function add({ name, services }: Fields): Promise<void> {
    const answer = await change.run(() =>
      call('Claviger', 'CreateGuard', { GuardName: name, Services: [...services] }),
    );
    const { AccessKeyId: id, AccessKeySecret: secret } = answer?.AccessKey ?? {};
    if (id !== undefined && secret !== undefined) onMade({ id, secret });
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
      <Form<Fields> id={formId} layout="vertical" onFinish={(fields) => void add(fields)}>
        <Form.Item
          name="name"
          label={t('field.name')}
          extra={t('nameHint')}
          rules={[
            { required: true, message: t('shell:required') },
            { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, message: t('nameHint') },
          ]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="services"
          label={t('field.services')}
          extra={t('servicesHint')}
          rules={[{ required: true, message: t('shell:required') }]}
        >
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
