import { Drawer } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';

/** Identities and keys that a check found. */
export function GovernanceFindings({
  item,
  onClosed,
}: {
  readonly item: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('reports');
  const findings = useServerList(
    'Ims',
    'GetGovernanceItemReport',
    { GovernanceItemType: item },
    (answer) =>
      (answer.ColumnsValue?.ColumnRow ?? []).map(({ ColumnValue = [] }) => ({
        identity: String(ColumnValue[0] ?? ''),
        accessKey: String(ColumnValue[1] ?? ''),
      })),
    { name: 'findings-' },
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
        list={findings}
        columns={columns}
        rowKey={({ identity, accessKey }) => `${identity}/${accessKey}`}
        rowName={({ identity }) => identity}
        fileName={item}
      />
    </Drawer>
  );
}
