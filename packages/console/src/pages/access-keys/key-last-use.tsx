import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '../../components/error-notice.tsx';
import { useFormat } from '../../language/use-format.ts';
import type { KeyUse } from './use-keys.ts';

/** Last use of a key: time, service, region, source IP. */
export function KeyLastUse({
  use,
  error,
}: {
  readonly use: KeyUse | undefined;
  readonly error: Error | null;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const format = useFormat();
  if (error) {
    return (
      <Tooltip title={<ErrorText error={error} />}>
        <span>{t('card.notAllowedToSee')}</span>
      </Tooltip>
    );
  }
  if (use === undefined) return t('shell:none');
  if (use.at === '') return t('card.neverUsed');
  const where = [use.service, use.region, use.address].filter((part) => part !== '').join(' · ');
  return (
    <>
      <time dateTime={use.at}>{format.moment(use.at)}</time> ({format.ago(use.at)})
      <br />
      {where}
    </>
  );
}
