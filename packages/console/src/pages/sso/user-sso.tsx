import { App, Button, Form, Input, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { DomainProof } from './domain-proof.tsx';
import { encodedMetadata } from './encoded-metadata.ts';
import { MetadataField } from './metadata-field.tsx';
import { ProviderSettings } from './provider-settings.tsx';

interface Fields {
  readonly enabled: boolean;
  readonly auxiliaryDomain?: string;
  readonly metadata?: string;
  readonly acceptUnsolicited: boolean;
}

/** Settings for the sign-in of RAM users with the account's identity provider. */
export function UserSso() {
  const { t } = useTranslation(['sso', 'shell']);
  const { message } = App.useApp();
  const query = useCall('Ims', 'GetUserSsoSettings', {});
  const responses = useCall('Claviger', 'GetUserSsoResponsePolicy', {});
  const change = useChange();
  const settings = query.data?.UserSsoSettings;

  async function save(fields: Fields): Promise<void> {
    const { enabled, auxiliaryDomain = '', metadata = '', acceptUnsolicited } = fields;
    const done = await change.run(async () => {
      if (acceptUnsolicited !== responses.data?.AcceptUnsolicited) {
        await call('Claviger', 'SetUserSsoResponsePolicy', { AcceptUnsolicited: acceptUnsolicited });
      }
      return call('Ims', 'SetUserSsoSettings', {
        SsoEnabled: enabled,
        AuxiliaryDomain: auxiliaryDomain.trim(),
        ...(metadata !== '' && { MetadataDocument: encodedMetadata(metadata) }),
      });
    });
    if (done) message.success(t('saved'));
  }

  return (
    <>
      <section className="surface" aria-labelledby="user-sso">
        <div className="section-head">
          <h2 id="user-sso">{t('userSso.title')}</h2>
          <p>{t('userSso.text')}</p>
        </div>
        <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        <ErrorNotice error={responses.error} retry={() => void responses.refetch()} />
        {(query.isLoading || responses.isLoading) && <Loading />}
        {settings && responses.data && (
          <Form<Fields>
            layout="vertical"
            className="narrow-form"
            initialValues={{
              enabled: settings.SsoEnabled ?? false,
              auxiliaryDomain: settings.AuxiliaryDomain,
              acceptUnsolicited: responses.data.AcceptUnsolicited,
            }}
            onFinish={(fields) => void save(fields)}
          >
            <Form.Item
              name="enabled"
              label={t('userSso.enabled')}
              valuePropName="checked"
              extra={t('userSso.enabledHint')}
            >
              <Switch aria-label={t('userSso.enabled')} />
            </Form.Item>
            <Form.Item
              name="auxiliaryDomain"
              label={t('userSso.auxiliaryDomain')}
              extra={t('userSso.auxiliaryDomainHint')}
            >
              <Input autoComplete="off" spellCheck={false} />
            </Form.Item>
            <Form.Item
              name="acceptUnsolicited"
              label={t('userSso.acceptUnsolicited')}
              valuePropName="checked"
              extra={t('userSso.acceptUnsolicitedHint')}
            >
              <Switch aria-label={t('userSso.acceptUnsolicited')} />
            </Form.Item>
            <MetadataField
              name="metadata"
              required={!settings.MetadataDocument && settings.SsoEnabled === true}
            />
            <ErrorNotice error={change.error} />
            <Button type="primary" htmlType="submit" loading={change.running}>
              {t('shell:save')}
            </Button>
          </Form>
        )}
      </section>
      <ProviderSettings kind="user" />
      <DomainProof key={settings?.AuxiliaryDomain} />
    </>
  );
}
