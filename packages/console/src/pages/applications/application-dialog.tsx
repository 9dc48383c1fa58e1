import { App, Form, Input, InputNumber, Modal, Select, Switch } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { Application } from '../../api/row-types.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

const APP_TYPES = ['WebApp', 'NativeApp', 'ServerApp'] as const;

interface Fields {
  readonly displayName: string;
  readonly type: (typeof APP_TYPES)[number];
  readonly redirectUris?: readonly string[];
  readonly scopes?: readonly string[];
  readonly accessMinutes: number;
  readonly refreshDays: number;
  readonly secretRequired: boolean;
  readonly multiTenant: boolean;
}

/**
 * Dialog to create or change an application.
 * @param application to change; absent to create one
 */
export function ApplicationDialog({
  application,
  onClosed,
}: {
  readonly application?: Application;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['applications', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const scopes = useCall('Ims', 'ListPredefinedScopes', {});
  const exists = application !== undefined;

  async function save(fields: Fields): Promise<void> {
    const redirectUris = (fields.redirectUris ?? []).join(';');
    const predefined = (fields.scopes ?? []).join(';');
    const access = fields.accessMinutes * 60;
    const refresh = Math.round(fields.refreshDays * 86_400);
    const done = await change.run(() =>
      exists
        ? call('Ims', 'UpdateApplication', {
            AppId: application.AppId ?? '',
            NewDisplayName: fields.displayName,
            NewRedirectUris: redirectUris,
            NewPredefinedScopes: predefined,
            NewAccessTokenValidity: access,
            NewRefreshTokenValidity: refresh,
            NewSecretRequired: fields.secretRequired,
            NewIsMultiTenant: fields.multiTenant,
          })
        : call('Ims', 'CreateApplication', {
            DisplayName: fields.displayName,
            AppType: fields.type,
            ...(redirectUris !== '' && { RedirectUris: redirectUris }),
            ...(predefined !== '' && { PredefinedScopes: predefined }),
            AccessTokenValidity: access,
            RefreshTokenValidity: refresh,
            SecretRequired: fields.secretRequired,
            IsMultiTenant: fields.multiTenant,
          }),
    );
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t(exists ? 'edit' : 'create')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{
          displayName: application?.DisplayName,
          type: application?.AppType ?? 'WebApp',
          redirectUris: application?.RedirectUris?.RedirectUri ?? [],
          scopes: scopeNames(application),
          accessMinutes: (application?.AccessTokenValidity ?? 3600) / 60,
          refreshDays: (application?.RefreshTokenValidity ?? 2_592_000) / 86_400,
          secretRequired: application?.SecretRequired ?? true,
          multiTenant: application?.IsMultiTenant ?? false,
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="displayName"
          label={t('field.displayName')}
          rules={[{ required: true, message: t('shell:required') }, { max: 24 }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="type" label={t('field.type')}>
          <Select
            disabled={exists}
            options={APP_TYPES.map((type) => ({ value: type, label: t(`type.${type}`) }))}
          />
        </Form.Item>
        <Form.Item name="redirectUris" label={t('field.redirectUris')} extra={t('field.redirectUrisHint')}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
        </Form.Item>
        <Form.Item name="scopes" label={t('field.scopes')}>
          <Select
            mode="multiple"
            loading={scopes.isLoading}
            options={(scopes.data?.PredefinedScopes?.PredefinedScope ?? []).map(({ Name = '' }) => ({
              value: Name,
              label: Name,
            }))}
          />
        </Form.Item>
        <Form.Item
          name="accessMinutes"
          label={t('field.accessMinutes')}
          rules={[{ required: true, type: 'integer', min: 15, max: 180 }]}
        >
          <InputNumber min={15} max={180} precision={0} />
        </Form.Item>
        <Form.Item
          name="refreshDays"
          label={t('field.refreshDays')}
          rules={[{ required: true, type: 'number', min: 0.1, max: 365 }]}
        >
          <InputNumber min={0.1} max={365} />
        </Form.Item>
        <Form.Item name="secretRequired" label={t('field.secretRequired')} valuePropName="checked">
          <Switch aria-label={t('field.secretRequired')} />
        </Form.Item>
        <Form.Item name="multiTenant" label={t('field.multiTenant')} valuePropName="checked">
          <Switch aria-label={t('field.multiTenant')} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}

/** Returns the names of the scopes of an application. */
export function scopeNames(application: Application | undefined): string[] {
  const scopes = application?.DelegatedScope?.PredefinedScopes?.PredefinedScope ?? [];
  return scopes.map(({ Name = '' }) => Name);
}
