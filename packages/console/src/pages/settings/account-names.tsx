import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { SettingsForm } from './settings-form.tsx';

const DOMAIN_SUFFIX = '.onaliyun.com';

/** Settings for the domain of login names and the alias of the account. */
export function AccountNames() {
  const { t } = useTranslation(['settings', 'shell']);
  const domain = useCall('Ims', 'GetDefaultDomain', {});
  const alias = useCall('Ram', 'GetAccountAlias', {});
  return (
    <>
      <section className="surface" aria-labelledby="default-domain">
        <div className="section-head">
          <h2 id="default-domain">{t('names.domain')}</h2>
          <p>{t('names.domainText')}</p>
        </div>
        <ErrorNotice error={domain.error} retry={() => void domain.refetch()} />
        {domain.isLoading && <Loading />}
        {domain.data && (
          <SettingsForm
            key={domain.data.DefaultDomainName}
            values={{ prefix: (domain.data.DefaultDomainName ?? '').replace(DOMAIN_SUFFIX, '') }}
            save={({ prefix }) =>
              call('Ims', 'SetDefaultDomain', { DefaultDomainName: `${prefix.trim()}${DOMAIN_SUFFIX}` })
            }
          >
            <Form.Item
              name="prefix"
              label={t('names.domain')}
              rules={[{ required: true, message: t('shell:required') }]}
            >
              <Input suffix={DOMAIN_SUFFIX} autoComplete="off" spellCheck={false} />
            </Form.Item>
          </SettingsForm>
        )}
      </section>
      <section className="surface" aria-labelledby="account-alias">
        <div className="section-head">
          <h2 id="account-alias">{t('names.alias')}</h2>
          <p>{t('names.aliasText')}</p>
        </div>
        <ErrorNotice error={alias.error} retry={() => void alias.refetch()} />
        {alias.isLoading && <Loading />}
        {alias.data && (
          <SettingsForm
            key={alias.data.AccountAlias}
            values={{ alias: alias.data.AccountAlias ?? '' }}
            save={({ alias: entered }) =>
              entered.trim() === ''
                ? call('Ram', 'ClearAccountAlias', {})
                : call('Ram', 'SetAccountAlias', { AccountAlias: entered.trim() })
            }
          >
            <Form.Item name="alias" label={t('names.alias')}>
              <Input autoComplete="off" spellCheck={false} />
            </Form.Item>
          </SettingsForm>
        )}
      </section>
    </>
  );
}
