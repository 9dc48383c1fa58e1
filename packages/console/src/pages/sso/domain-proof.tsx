import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { CopyableName } from '../../components/copyable-name.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** DNS record that proves the auxiliary domain of the account, with a button to check it. */
export function DomainProof() {
  const { t } = useTranslation(['sso', 'shell']);
  const query = useCall('Claviger', 'GetAuxiliaryDomain', {});
  const change = useChange();
  const [fault, setFault] = useState<AnswerOf<'Claviger', 'VerifyAuxiliaryDomain'>['Fault']>('');
  const domain = query.data;

  async function verify(): Promise<void> {
    const answer = await change.run(() => call('Claviger', 'VerifyAuxiliaryDomain', {}));
    setFault(answer?.Fault ?? '');
  }

  if (domain === undefined) return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  if (domain.Status === 'None') return null;
  return (
    <section className="surface" aria-labelledby="domain-proof">
      <div className="section-head">
        <h2 id="domain-proof">{t('domainProof.title', { domain: domain.AuxiliaryDomain })}</h2>
        <p>{t(`domainProof.status.${domain.Status}`)}</p>
      </div>
      {domain.Status === 'Unproven' && (
        <>
          <DescriptionList
            rows={[
              [t('domainProof.type'), domain.RecordType],
              [t('domainProof.name'), <CopyableName key="name" text={domain.RecordName} />],
              [t('domainProof.value'), <CopyableName key="value" text={domain.RecordValue} />],
            ]}
          />
          {fault !== '' && (
            <Alert type="warning" showIcon role="alert" title={t(`domainProof.fault.${fault}`)} />
          )}
          <ErrorNotice error={change.error} />
          <Button type="primary" loading={change.running} onClick={() => void verify()}>
            {t('domainProof.verify')}
          </Button>
        </>
      )}
    </section>
  );
}
