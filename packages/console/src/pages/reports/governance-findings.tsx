import { Drawer } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEveryPage } from '../../api/use-every-page.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';

/** Identities and keys that a check found. */
export function GovernanceFindings({
  item,
  onClosed,
}: {
  readonly item: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('reports');
  const findings = useEveryPage(
    'Ims',
    'GetGovernanceItemReport',
    { GovernanceItemType: item, MaxItems: '100' },
    (answer) =>
      (answer.ColumnsValue?.ColumnRow ?? []).map(({ ColumnValue = [] }) => ({
        identity: String(ColumnValue[0] ?? ''),
        accessKey: String(ColumnValue[1] ?? ''),
      })),
  );
  const columns = useMemo<readonly Column<{ identity: string; accessKey: string }>[]>(
    () => [
      { key: 'identity', title: t('governance.identity'), text: ({ identity }) => identity },
      { key: 'accessKey', title: t('governance.accessKey'), text: ({ accessKey }) => accessKey },
    ],
    [t],
  );
  return (
    <Drawer open title={t('governance.findings')} size="large" onClose={onClosed}>
      <ResourceTable
        name="findings-"
        label={t('governance.findings')}
        rows={findings.rows}
        columns={columns}
        rowKey={({ identity, accessKey }) => `${identity}/${accessKey}`}
        rowName={({ identity }) => identity}
        loading={findings.isLoading}
        error={findings.error}
        refetch={findings.refetch}
        readOn={findings.readOn}
        fileName={item}
      />
    </Drawer>
  );
}
