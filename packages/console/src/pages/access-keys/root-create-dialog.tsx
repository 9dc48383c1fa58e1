import { Alert, Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { InsecurePageWarning } from './insecure-page-warning.tsx';

/** Second warning before a key of the account root is created, with its limits (S46, S47). */
export function RootCreateDialog({
  open,
  running,
  onCancel,
  onContinue,
}: {
  readonly open: boolean;
  readonly running: boolean;
  readonly onCancel: () => void;
  readonly onContinue: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const [acknowledged, setAcknowledged] = useState(false);
  return (
    <Modal
      open={open}
      title={t('rootCreate.title')}
      width={600}
      okText={t('shell:rootKeys.continue')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: !acknowledged, danger: true, loading: running }}
      onCancel={onCancel}
      onOk={onContinue}
      destroyOnHidden
      afterClose={() => setAcknowledged(false)}
    >
      <InsecurePageWarning />
      <Alert type="error" showIcon title={t('shell:rootKeys.headline')} />
      <h3>{t('rootCreate.risks')}</h3>
      <ul className="risks">
        <li>{t('shell:rootKeys.risk.everything')}</li>
        <li>{t('shell:rootKeys.risk.leak')}</li>
        <li>{t('shell:rootKeys.risk.noLimit')}</li>
      </ul>
      <h3>{t('rootCreate.limits')}</h3>
      <ul className="risks">
        <li>{t('rootCreate.limit.two')}</li>
        <li>{t('rootCreate.limit.once')}</li>
        <li>{t('rootCreate.limit.signIn')}</li>
      </ul>
      <p>
        {t('shell:rootKeys.instead')} <Link to="/users">{t('rootCreate.toUsers')}</Link>
      </p>
      <Checkbox checked={acknowledged} onChange={({ target }) => setAcknowledged(target.checked)}>
        {t('shell:rootKeys.acknowledge')}
      </Checkbox>
    </Modal>
  );
}
