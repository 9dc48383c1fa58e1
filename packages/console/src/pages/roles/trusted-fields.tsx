import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useProviders } from '../../api/use-providers.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { Trusted } from './trust-policy.ts';

/** Kind of trusted principal, or a document written by hand. */
export type TrustFields = Trusted | { readonly kind: 'document' };

/** External ids that AssumeRole accepts. */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** Initial values: RAM users of the own account. */
export const EMPTY_TRUST: TrustFields = { kind: 'account', accountId: '', externalId: '' };

/** Fields for the trusted principal of a role. */
export function TrustedFields({
  trust,
  ownAccountId,
  onChange,
}: {
  readonly trust: TrustFields;
  readonly ownAccountId: string;
  readonly onChange: (trust: TrustFields) => void;
}) {
  const { t } = useTranslation(['roles', 'shell']);
  switch (trust.kind) {
    case 'account':
      return (
        <>
          <Form.Item label={t('trust.accountId')} extra={t('trust.accountHint')} htmlFor="trusted-account">
            <Input
              id="trusted-account"
              inputMode="numeric"
              placeholder={ownAccountId}
              value={trust.accountId}
              onChange={({ target }) => onChange({ ...trust, accountId: target.value.trim() })}
            />
          </Form.Item>
          <Form.Item
            label={t('trust.externalId')}
            extra={t('trust.externalIdHint')}
            htmlFor="trusted-external-id"
            {...(trust.externalId !== '' &&
              !EXTERNAL_ID.test(trust.externalId) && {
                validateStatus: 'error',
                help: t('trust.externalIdRule'),
              })}
          >
            <Input
              id="trusted-external-id"
              spellCheck={false}
              value={trust.externalId}
              onChange={({ target }) => onChange({ ...trust, externalId: target.value.trim() })}
            />
          </Form.Item>
        </>
      );
    case 'service':
      return (
        <Form.Item label={t('trust.serviceName')} extra={t('trust.serviceHint')} htmlFor="trusted-service">
          <Input
            id="trusted-service"
            spellCheck={false}
            value={trust.service}
            onChange={({ target }) => onChange({ ...trust, service: target.value.trim() })}
          />
        </Form.Item>
      );
    case 'saml':
      return <SamlProvider trust={trust} onChange={onChange} />;
    case 'oidc':
      return <OidcProvider trust={trust} onChange={onChange} />;
    case 'document':
      return null;
  }
}

function SamlProvider({
  trust,
  onChange,
}: {
  readonly trust: Extract<TrustFields, { kind: 'saml' }>;
  readonly onChange: (trust: TrustFields) => void;
}) {
  const { t } = useTranslation('roles');
  const providers = useProviders('saml');
  return (
    <Form.Item label={t('trust.provider')} htmlFor="trusted-provider">
      <Select
        id="trusted-provider"
        loading={providers.isLoading}
        {...(trust.providerArn !== '' && { value: trust.providerArn })}
        notFoundContent={t('trust.noProvider')}
        onChange={(providerArn: string) => onChange({ ...trust, providerArn })}
        options={(providers.data ?? []).map((provider) => ({
          value: provider.Arn ?? '',
          label: provider.SAMLProviderName ?? '',
        }))}
      />
      <ErrorNotice error={providers.error} retry={() => void providers.refetch()} />
    </Form.Item>
  );
}

function OidcProvider({
  trust,
  onChange,
}: {
  readonly trust: Extract<TrustFields, { kind: 'oidc' }>;
  readonly onChange: (trust: TrustFields) => void;
}) {
  const { t } = useTranslation('roles');
  const providers = useProviders('oidc');
  const chosen = (providers.data ?? []).find((provider) => provider.Arn === trust.providerArn);
  const clientIds = (chosen?.ClientIds ?? '').split(',').filter((id) => id !== '');
  return (
    <>
      <Form.Item label={t('trust.provider')} htmlFor="trusted-provider">
        <Select
          id="trusted-provider"
          loading={providers.isLoading}
          {...(trust.providerArn !== '' && { value: trust.providerArn })}
          notFoundContent={t('trust.noProvider')}
          onChange={(providerArn: string) => {
            const provider = (providers.data ?? []).find(({ Arn }) => Arn === providerArn);
            onChange({
              ...trust,
              providerArn,
              issuer: provider?.IssuerUrl ?? '',
              audience: provider?.ClientIds?.split(',')[0] ?? '',
            });
          }}
          options={(providers.data ?? []).map((provider) => ({
            value: provider.Arn ?? '',
            label: provider.OIDCProviderName ?? '',
          }))}
        />
        <ErrorNotice error={providers.error} retry={() => void providers.refetch()} />
      </Form.Item>
      <Form.Item label={t('trust.audience')} htmlFor="trusted-audience">
        <Select
          id="trusted-audience"
          {...(trust.audience !== '' && { value: trust.audience })}
          onChange={(audience: string) => onChange({ ...trust, audience })}
          options={clientIds.map((id) => ({ value: id, label: id }))}
        />
      </Form.Item>
      <Form.Item label={t('trust.subject')} extra={t('trust.subjectHint')} htmlFor="trusted-subject">
        <Input
          id="trusted-subject"
          spellCheck={false}
          value={trust.subject}
          onChange={({ target }) => onChange({ ...trust, subject: target.value.trim() })}
        />
      </Form.Item>
    </>
  );
}
