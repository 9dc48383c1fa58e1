import { Alert, Checkbox, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { InsecurePageWarning } from './insecure-page-warning.tsx';
import { NewKeyFields } from './new-key-fields.tsx';
import { areValid, type NewKeySettings, NO_SETTINGS } from './new-key-settings.ts';
import { USE_CASES, type UseCase } from './use-cases.ts';

/**
 * Dialog about the use case of a new key, with safer alternatives. The choice is not sent and does not affect the key
 * (S28 to S30).
 */
export function UseCaseDialog({
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
  const [useCase, setUseCase] = useState<UseCase>();
  const [acknowledged, setAcknowledged] = useState(false);
  const [settings, setSettings] = useState(NO_SETTINGS);
  return (
    <Modal
      open={open}
      title={t('create.title')}
      width={680}
      okText={t('create.continue')}
      cancelText={t('shell:cancel')}
      okButtonProps={{
        disabled: useCase === undefined || !acknowledged || !areValid(settings),
        loading: running,
      }}
      onCancel={onCancel}
      onOk={() => onContinue(settings)}
      destroyOnHidden
      afterClose={() => {
        setUseCase(undefined);
        setAcknowledged(false);
        setSettings(NO_SETTINGS);
      }}
    >
      <InsecurePageWarning />
      <Alert type="warning" showIcon title={t('create.advice')} />
      <p id="use-case-question">{t('create.question')}</p>
      <Radio.Group
        className="use-cases"
        aria-labelledby="use-case-question"
        value={useCase}
        onChange={({ target }) => setUseCase(target.value as UseCase)}
      >
        {USE_CASES.map(({ key, saferAt }) => (
          <div key={key} className="use-case">
            <Radio value={key}>
              <span className="use-case-label">{t(`useCase.${key}.label`)}</span>
            </Radio>
            {useCase === key && (
              <p className="use-case-advice">
                {t(`useCase.${key}.safer`)} <Link to={saferAt}>{t(`useCase.${key}.link`)}</Link>
              </p>
            )}
          </div>
        ))}
      </Radio.Group>
      <p>{t('create.noEffect')}</p>
      <NewKeyFields settings={settings} onChange={setSettings} />
      <Checkbox checked={acknowledged} onChange={({ target }) => setAcknowledged(target.checked)}>
        {t('create.acknowledge')}
      </Checkbox>
    </Modal>
  );
}
