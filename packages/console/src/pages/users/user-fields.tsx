import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** Fields of a user except the login name; the server validates them. */
export function UserFields() {
  const { t } = useTranslation(['users', 'shell']);
  return (
    <>
      <Form.Item
        name="displayName"
        label={t('field.displayName')}
        rules={[
          { required: true, message: t('shell:required') },
          { max: 128, message: t('rule.length', { max: 128 }) },
        ]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="email"
        label={t('field.email')}
        rules={[{ pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, message: t('rule.email') }]}
      >
        <Input type="email" autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="mobile"
        label={t('field.mobile')}
        extra={t('field.mobileHint')}
        rules={[{ pattern: /^\d{1,4}-\d{4,14}$/, message: t('rule.mobile') }]}
      >
        <Input type="tel" autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="comments"
        label={t('column.comments')}
        rules={[{ max: 128, message: t('rule.length', { max: 128 }) }]}
      >
        <Input.TextArea rows={2} />
      </Form.Item>
    </>
  );
}
