import { App, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../layout/page.tsx';
import { DocumentForm } from './document-form.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
}

const EMPTY_DOCUMENT = JSON.stringify(
  { Version: '1', Statement: [{ Effect: 'Allow', Action: [], Resource: ['*'] }] },
  null,
  2,
);

/** Page to create a custom policy. */
export function Component() {
  const { t } = useTranslation(['policies', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const change = useChange();
  const [text, setText] = useState(EMPTY_DOCUMENT);

  async function create({ name, description = '' }: Fields): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'CreatePolicy', { PolicyName: name, Description: description, PolicyDocument: text }),
    );
    if (!done) return;
    message.success(t('created'));
    // The new policy has no effect until it is attached: this tab has the button.
    void navigate(`/policies/Custom/${encodeURIComponent(name)}?tab=attached`);
  }

  return (
    <Page title={t('create')} trail={[{ label: t('title'), to: '/policies' }]}>
      <Form<Fields> layout="vertical" className="surface" onFinish={(fields) => void create(fields)}>
        <div className="narrow-form">
          <Form.Item
            name="name"
            label={t('field.name')}
            rules={[{ required: true, pattern: /^[A-Za-z0-9-]{1,128}$/, message: t('rule.name') }]}
          >
            <Input autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="description"
            label={t('field.description')}
            rules={[{ max: 1024, message: t('rule.length', { max: 1024 }) }]}
          >
            <Input.TextArea rows={2} />
          </Form.Item>
        </div>
        <DocumentForm text={text} onChange={setText} />
        <ErrorNotice error={change.error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={change.running}>
            {t('create')}
          </Button>
          <Button onClick={() => void navigate('/policies')}>{t('shell:cancel')}</Button>
        </Space>
      </Form>
    </Page>
  );
}
