import { App, Form, Input, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { encodedMetadata } from './encoded-metadata.ts';
import { MetadataField } from './metadata-field.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly metadata?: string;
}

/**
 * Dialog to create or change a SAML provider.
 * @param provider to change; absent to create one
 */
export function SamlProviderDialog({
  provider,
  onClosed,
}: {
  readonly provider?: { readonly name: string; readonly description: string };
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['sso', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function save({ name, description = '', metadata = '' }: Fields): Promise<void> {
    const done = await change.run(() =>
      provider === undefined
        ? call('Ims', 'CreateSAMLProvider', {
            SAMLProviderName: name,
            Description: description,
            EncodedSAMLMetadataDocument: encodedMetadata(metadata),
          })
        : call('Ims', 'UpdateSAMLProvider', {
            SAMLProviderName: provider.name,
            NewDescription: description,
            ...(metadata !== '' && { NewEncodedSAMLMetadataDocument: encodedMetadata(metadata) }),
          }),
    );
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t(provider === undefined ? 'saml.create' : 'saml.edit')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{ name: provider?.name, description: provider?.description }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[{ required: true, pattern: /^[\w.-]{1,128}$/, message: t('rule.name') }]}
        >
          <Input autoComplete="off" spellCheck={false} disabled={provider !== undefined} />
        </Form.Item>
        <Form.Item name="description" label={t('field.description')} rules={[{ max: 256 }]}>
          <Input.TextArea rows={2} />
        </Form.Item>
        <MetadataField name="metadata" required={provider === undefined} />
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
