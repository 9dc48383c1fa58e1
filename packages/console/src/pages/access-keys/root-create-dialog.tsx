import { Alert, Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { InsecurePageWarning } from './insecure-page-warning.tsx';
import { NewKeyFields } from './new-key-fields.tsx';
import { areValid, type NewKeySettings, NO_SETTINGS } from './new-key-settings.ts';

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
  readonly onContinue: (settings: NewKeySettings) => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const [acknowledged, setAcknowledged] = useState(false);
  const [settings, setSettings] = useState(NO_SETTINGS);
  return (
    <Modal
      open={open}
      title={t('rootCreate.title')}
      width={600}
      okText={t('shell:rootKeys.continue')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: !acknowledged || !areValid(settings), danger: true, loading: running }}
      onCancel={onCancel}
      onOk={() => onContinue(settings)}
      destroyOnHidden
      afterClose={() => {
        setAcknowledged(false);
        setSettings(NO_SETTINGS);
      }}
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
      <NewKeyFields settings={settings} onChange={setSettings} />
      <Checkbox checked={acknowledged} onChange={({ target }) => setAcknowledged(target.checked)}>
        {t('shell:rootKeys.acknowledge')}
      </Checkbox>
    </Modal>
  );
}
