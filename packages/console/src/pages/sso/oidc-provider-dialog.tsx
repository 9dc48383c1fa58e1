import { App, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { OidcProvider } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface Fields {
  readonly name: string;
  readonly issuer: string;
  readonly clientIds?: readonly string[];
  readonly fingerprints?: readonly string[];
  readonly hours: number;
  readonly description?: string;
}

const listed = (text: string | undefined): string[] => (text ?? '').split(',').filter((item) => item !== '');

/**
 * Dialog to create or change an OIDC provider.
 * @param provider to change; absent to create one
 */
export function OidcProviderDialog({
  provider,
  onClosed,
}: {
  readonly provider?: OidcProvider;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['sso', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const exists = provider !== undefined;

  async function save(fields: Fields): Promise<void> {
    const done = await change.run(async () => {
      if (provider === undefined) await create(fields);
      else await update(provider, fields);
      return true;
    });
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t(exists ? 'oidc.edit' : 'oidc.create')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{
          name: provider?.OIDCProviderName,
          issuer: provider?.IssuerUrl,
          clientIds: listed(provider?.ClientIds),
          fingerprints: listed(provider?.Fingerprints),
          hours: provider?.IssuanceLimitTime ?? 12,
          description: provider?.Description,
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[{ required: true, pattern: /^[\w.-]{1,128}$/, message: t('rule.name') }]}
        >
          <Input autoComplete="off" spellCheck={false} disabled={exists} />
        </Form.Item>
        <Form.Item
          name="issuer"
          label={t('oidc.issuer')}
          rules={[{ required: true, pattern: /^https:\/\/\S+$/, message: t('rule.issuer') }]}
        >
          <Input autoComplete="off" spellCheck={false} disabled={exists} />
        </Form.Item>
        <Form.Item name="clientIds" label={t('oidc.clientIds')} extra={t('oidc.clientIdsHint')}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
        </Form.Item>
        <Form.Item name="fingerprints" label={t('oidc.fingerprints')} extra={t('oidc.fingerprintsHint')}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
        </Form.Item>
        <Form.Item
          name="hours"
          label={t('oidc.issuance')}
          extra={t('oidc.issuanceHint')}
          rules={[{ required: true, type: 'integer', min: 1, max: 168 }]}
        >
          <InputNumber min={1} max={168} precision={0} />
        </Form.Item>
        <Form.Item name="description" label={t('field.description')} rules={[{ max: 256 }]}>
          <Input.TextArea rows={2} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}

async function create(fields: Fields): Promise<void> {
  const { name, issuer, clientIds = [], fingerprints = [], hours, description = '' } = fields;
  await call('Ims', 'CreateOIDCProvider', {
    OIDCProviderName: name,
    IssuerUrl: issuer,
    ...(clientIds.length > 0 && { ClientIds: clientIds.join(',') }),
    ...(fingerprints.length > 0 && { Fingerprints: fingerprints.join(',') }),
    IssuanceLimitTime: hours,
    Description: description,
  });
}

async function update(provider: OidcProvider, fields: Fields): Promise<void> {
  const { clientIds = [], fingerprints = [], hours, description = '' } = fields;
  const { OIDCProviderName } = provider;
  await call('Ims', 'UpdateOIDCProvider', {
    OIDCProviderName,
    NewDescription: description,
    IssuanceLimitTime: hours,
    ...(clientIds.length > 0 && { ClientIds: clientIds.join(',') }),
  });
  const before = listed(provider.Fingerprints);
  // Adds new fingerprints first, so that the provider always has a valid one.
  for (const Fingerprint of fingerprints.filter((each) => !before.includes(each))) {
    await call('Ims', 'AddFingerprintToOIDCProvider', { OIDCProviderName, Fingerprint });
  }
  for (const Fingerprint of before.filter((each) => !fingerprints.includes(each))) {
    await call('Ims', 'RemoveFingerprintFromOIDCProvider', { OIDCProviderName, Fingerprint });
  }
}
