import { Alert, Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/**
 * Warning that must be acknowledged before the AccessKeys of the account root are shown.
 */
export function RootKeyWarning({
  open,
  onCancel,
  onContinue,
}: {
  readonly open: boolean;
  readonly onCancel: () => void;
  readonly onContinue: () => void;
}) {
  const { t } = useTranslation();
  const [acknowledged, setAcknowledged] = useState(false);
  return (
    <Modal
      open={open}
      title={t('rootKeys.title')}
      okText={t('rootKeys.continue')}
      okButtonProps={{ disabled: !acknowledged, danger: true }}
      cancelText={t('cancel')}
      onCancel={onCancel}
      onOk={onContinue}
      afterClose={() => setAcknowledged(false)}
      width={600}
    >
      <Alert type="warning" showIcon title={t('rootKeys.headline')} />
      <ul className="risks">
        <li>{t('rootKeys.risk.everything')}</li>
        <li>{t('rootKeys.risk.leak')}</li>
        <li>{t('rootKeys.risk.noLimit')}</li>
      </ul>
      <p>{t('rootKeys.instead')}</p>
      <Checkbox checked={acknowledged} onChange={(event) => setAcknowledged(event.target.checked)}>
        {t('rootKeys.acknowledge')}
      </Checkbox>
    </Modal>
  );
}
