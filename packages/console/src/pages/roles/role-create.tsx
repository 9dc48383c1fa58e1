import { App, Button, Form, Input, InputNumber, Radio, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { PolicyEditor } from '../../components/policy-editor/policy-editor.tsx';
import { PolicyWarnings } from '../../components/policy-editor/policy-warnings.tsx';
import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import { trustPolicyFor } from './trust-policy.ts';
import { EMPTY_TRUST, TrustedFields, type TrustFields } from './trusted-fields.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly hours: number;
}

/** Page to create a role: trusted principal first, then name. */
export function Component() {
  const { t } = useTranslation(['roles', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const change = useChange();
  const session = useSession();
  const accountId = session.Principal.AccountId;
  const [trust, setTrust] = useState<TrustFields>(EMPTY_TRUST);
  const [own, setOwn] = useState('');
  const generated = useMemo(
    () =>
      trust.kind === 'document'
        ? undefined
        : trustPolicyFor(
            trust.kind === 'account' ? { ...trust, accountId: trust.accountId || accountId } : trust,
          ),
    [trust, accountId],
  );
  const document = generated ?? own;

  function chooseTrust(next: TrustFields): void {
    // Editing by hand starts from the generated document.
    if (next.kind === 'document' && trust.kind !== 'document') setOwn(document);
    setTrust(next);
  }

  async function create({ name, description = '', hours }: Fields): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'CreateRole', {
        RoleName: name,
        Description: description,
        MaxSessionDuration: Math.round(hours * 3600),
        AssumeRolePolicyDocument: document,
      }),
    );
    if (!done) return;
    message.success(t('created'));
    void navigate(`/roles/${encodeURIComponent(name)}?tab=permissions`);
  }

  return (
    <Page title={t('create')} trail={[{ label: t('title'), to: '/roles' }]} description={t('createLead')}>
      <Form<Fields>
        layout="vertical"
        className="surface"
        initialValues={{ hours: 1 }}
        onFinish={(fields) => void create(fields)}
      >
        <fieldset className="plain">
          <legend>{t('trust.title')}</legend>
          <Radio.Group
            className="stacked"
            aria-label={t('trust.title')}
            value={trust.kind}
            onChange={({ target }) => chooseTrust(emptyTrustOf(target.value as TrustFields['kind']))}
            options={(['account', 'service', 'saml', 'oidc', 'document'] as const).map((kind) => ({
              value: kind,
              label: t(kind === 'document' ? 'trust.byHand' : `trust.${kind}`),
            }))}
          />
        </fieldset>
        <div className="narrow-form">
          <TrustedFields trust={trust} ownAccountId={accountId} onChange={setTrust} />
        </div>
        <Form.Item label={t('trust.document')}>
          {trust.kind === 'document' ? (
            <PolicyEditor label={t('trust.document')} kind="trust" value={own} onChange={setOwn} />
          ) : (
            <PolicyDocument label={t('trust.document')} text={document} />
          )}
          <PolicyWarnings text={document} kind="trust" />
        </Form.Item>
        <div className="narrow-form">
          <Form.Item
            name="name"
            label={t('field.name')}
            rules={[{ required: true, pattern: /^[A-Za-z0-9.-]{1,64}$/, message: t('rule.name') }]}
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
          <Form.Item
            name="hours"
            label={t('field.sessionHours')}
            extra={t('field.sessionHint')}
            rules={[{ required: true, type: 'number', min: 1, max: 12, message: t('rule.hours') }]}
          >
            <InputNumber min={1} max={12} step={1} />
          </Form.Item>
        </div>
        <ErrorNotice error={change.error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={change.running}>
            {t('create')}
          </Button>
          <Button onClick={() => void navigate('/roles')}>{t('shell:cancel')}</Button>
        </Space>
      </Form>
    </Page>
  );
}

function emptyTrustOf(kind: TrustFields['kind']): TrustFields {
  switch (kind) {
    case 'account':
      return EMPTY_TRUST;
    case 'service':
      return { kind, service: '' };
    case 'saml':
      return { kind, providerArn: '' };
    case 'oidc':
      return { kind, providerArn: '', issuer: '', audience: '', subject: '' };
    case 'document':
      return { kind };
  }
}
