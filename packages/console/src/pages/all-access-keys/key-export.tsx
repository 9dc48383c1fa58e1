import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { csvText, saveFile } from '../../components/csv.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type FoundKey, type KeySelection, readAllKeys } from './key-search.ts';

const COLUMNS = [
  'AccessKeyId',
  'UserPrincipalName',
  'OwnerType',
  'Note',
  'Status',
  'CreateDate',
  'RecycleDate',
  'ExpireDate',
  'NetworkRestriction',
  'LastUsedDate',
  'ServiceName',
  'SourceAddress',
] as const satisfies readonly (keyof FoundKey)[];

/** Reads all selected keys from the server and saves them as a CSV file; closing it stops. */
export function KeyExport({
  open,
  selection,
  onClosed,
}: {
  readonly open: boolean;
  readonly selection: KeySelection;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['all-access-keys', 'shell']);
  const [count, setCount] = useState(0);
  const [error, setError] = useState<Error>();
  const wanted = JSON.stringify(selection);

  useEffect(() => {
    if (!open) return;
    const stop = new AbortController();
    setCount(0);
    setError(undefined);
    readAllKeys(JSON.parse(wanted) as KeySelection, setCount, stop.signal)
      .then((keys) => {
        const rows = keys.map((key) => COLUMNS.map((column) => key[column] ?? ''));
        saveFile('access-keys.csv', csvText([[...COLUMNS], ...rows]));
        onClosed();
      })
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(reason instanceof Error ? reason : new Error(String(reason)));
      });
    return () => stop.abort();
  }, [open, wanted, onClosed]);

  return (
    <Modal open={open} title={t('shell:table.export')} onCancel={onClosed} footer={null} destroyOnHidden>
      <p role="status">{t('exported', { count })}</p>
      <ErrorNotice error={error} />
    </Modal>
  );
}
