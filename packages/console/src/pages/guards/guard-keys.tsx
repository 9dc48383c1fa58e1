import { Button, Modal } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerOf } from '../../api/operations.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';

type GuardKey = NonNullable<AnswerOf<'Claviger', 'ListGuardAccessKeys'>['AccessKeys']>[number];

/** List of the AccessKeys that a guard verifies itself, and of those that it verifies with the control plane. */
export function GuardKeys({
  guardName,
  onClosed,
}: {
  readonly guardName: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['guards', 'shell']);
  const query = useServerList(
    'Claviger',
    'ListGuardAccessKeys',
    { GuardName: guardName },
    (answer) => answer.AccessKeys,
    { name: 'keys-' },
  );
  const columns = useMemo<readonly Column<GuardKey>[]>(
    () => [
      { key: 'id', title: t('keys.id'), text: (key) => key.AccessKeyId ?? '' },
      { key: 'user', title: t('keys.user'), text: (key) => key.UserName ?? '' },
      {
        key: 'verified',
        title: t('keys.verifiedBy'),
        text: (key) => t(key.VerifiedBy === 'Guard' ? 'keys.byGuard' : 'keys.byControlPlane'),
      },
    ],
    [t],
  );
  return (
    <Modal
      open
      title={t('keys.title', { name: guardName })}
      width={720}
      footer={<Button onClick={onClosed}>{t('shell:ok')}</Button>}
      onCancel={onClosed}
      destroyOnHidden
    >
      <p>{t('keys.lead')}</p>
      <ResourceTable
        name="keys-"
        label={t('keys.title', { name: guardName })}
        list={query}
        columns={columns}
        rowKey={(key) => key.AccessKeyId ?? ''}
        rowName={(key) => key.AccessKeyId ?? ''}
        empty={t('keys.none')}
      />
    </Modal>
  );
}
