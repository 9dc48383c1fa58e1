import { Button, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ActionPicker } from '../../components/policy-editor/action-picker.tsx';
import { PolicyEditor } from '../../components/policy-editor/policy-editor.tsx';
import { Page } from '../../layout/page.tsx';
import { PrincipalField } from './principal-field.tsx';
import { RequestConditions } from './request-conditions.tsx';
import { SimulatedDecision } from './simulated-decision.tsx';
import { type RequestCondition, readQuestion, writeQuestion } from './simulator-question.ts';

/** Subject of the simulation: a principal of the account, or a policy text. */
type Asking = 'ram-user' | 'role' | 'root' | 'document';

interface Fields {
  readonly principal?: string;
  readonly action: string;
  readonly resource: string;
}

const EMPTY_DOCUMENT = '{\n  "Version": "1",\n  "Statement": []\n}';

/**
 * Page that simulates the decision for a request and shows the decisive statements. The address has the question, but
 * not a policy text.
 */
export function Component() {
  const { t } = useTranslation(['simulator', 'shell']);
  const [form] = Form.useForm<Fields>();
  const change = useChange();
  const [address, setAddress] = useSearchParams();
  const [asked] = useState(() => readQuestion(address));
  const [asking, setAsking] = useState<Asking>(asked.principal?.type ?? 'ram-user');
  const [document, setDocument] = useState(EMPTY_DOCUMENT);
  const [conditions, setConditions] = useState<readonly RequestCondition[]>(asked.conditions);
  const [decision, setDecision] = useState<AnswerOf<'Claviger', 'Simulate'>>();

  async function simulate({ principal, action, resource }: Fields): Promise<void> {
    setDecision(undefined);
    const given = conditions.filter(({ key }) => key !== '');
    const subject = asking === 'document' ? undefined : { type: asking, name: principal ?? '' };
    const question = {
      principal: subject,
      action: action.trim(),
      resource: resource.trim(),
      conditions: given,
    };
    setAddress(writeQuestion(question), { replace: true });
    const answer = await change.run(() =>
      call('Claviger', 'Simulate', {
        ...(asking === 'document'
          ? { PolicyDocument: document }
          : { PrincipalType: asking, ...(asking !== 'root' && { PrincipalName: principal }) }),
        SimulatedAction: question.action,
        SimulatedResource: question.resource,
        ...(given.length > 0 && {
          Conditions: Object.fromEntries(
            given.map(({ key, values }) => [key, values.length === 1 ? (values[0] ?? '') : values]),
          ),
        }),
      }),
    );
    setDecision(answer);
  }

  return (
    <Page title={t('title')} description={t('lead')}>
      <Form<Fields>
        form={form}
        layout="vertical"
        className="surface"
        initialValues={{
          principal: asked.principal?.name || undefined,
          action: asked.action,
          resource: asked.resource || '*',
        }}
        onFinish={(fields) => void simulate(fields)}
      >
        <fieldset className="plain">
          <legend>{t('asking.title')}</legend>
          <Radio.Group
            aria-label={t('asking.title')}
            value={asking}
            onChange={({ target }) => {
              setAsking(target.value as Asking);
              form.setFieldValue('principal', undefined);
            }}
            options={(['ram-user', 'role', 'root', 'document'] as const).map((kind) => ({
              value: kind,
              label: t(`asking.${kind}`),
            }))}
          />
        </fieldset>
        {(asking === 'ram-user' || asking === 'role') && <PrincipalField kind={asking} />}
        {asking === 'document' && (
          <Form.Item label={t('document')}>
            <PolicyEditor label={t('document')} kind="identity" value={document} onChange={setDocument} />
          </Form.Item>
        )}
        <div className="narrow-form">
          <ActionPicker
            patterns={false}
            onAction={(action) => form.setFieldValue('action', action)}
            onResource={(resource) => form.setFieldValue('resource', resource)}
          />
          <Form.Item
            name="action"
            label={t('action')}
            rules={[{ required: true, pattern: /^\s*[\w-]+:[\w-]+\s*$/, message: t('rule.action') }]}
          >
            <Input placeholder="ram:CreateAccessKey" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="resource"
            label={t('resource')}
            rules={[{ required: true, message: t('shell:required') }]}
          >
            <Input placeholder="acs:ram:*:*:user/*" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <RequestConditions conditions={conditions} onChange={setConditions} />
        </div>
        <ErrorNotice error={change.error} />
        <Button type="primary" htmlType="submit" loading={change.running}>
          {t('simulate')}
        </Button>
      </Form>
      {decision && <SimulatedDecision decision={decision} />}
    </Page>
  );
}
