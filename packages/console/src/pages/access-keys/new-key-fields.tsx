import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { localDay } from './last-valid-day.ts';
import { addressesOf, MAX_ADDRESSES } from './network-policy.ts';
import { type NewKeySettings, wrongNetwork } from './new-key-settings.ts';

/** Fields for what a new key is for, how long it is valid, and from where. */
export function NewKeyFields({
  settings,
  onChange,
}: {
  readonly settings: NewKeySettings;
  readonly onChange: (settings: NewKeySettings) => void;
}) {
  const { t } = useTranslation('access-keys');
  const wrong = wrongNetwork(settings);
  const isTooMany = addressesOf(settings.networks).length > MAX_ADDRESSES;
  const fault = wrong === undefined ? '' : t('network.wrongAddress', { entry: wrong });
  return (
    <details className="space-below">
      <summary>{t('settings.title')}</summary>
      <Form component="div" layout="vertical" className="space-above">
        <Form.Item label={t('settings.note')} htmlFor="new-key-note" extra={t('settings.noteHint')}>
          <Input
            id="new-key-note"
            maxLength={128}
            value={settings.note}
            onChange={({ target }) => onChange({ ...settings, note: target.value })}
          />
        </Form.Item>
        <Form.Item label={t('expiry.date')} htmlFor="new-key-day" extra={t('expiry.hint')}>
          <Input
            id="new-key-day"
            type="date"
            min={localDay(new Date())}
            value={settings.lastDay}
            onChange={({ target }) => onChange({ ...settings, lastDay: target.value })}
          />
        </Form.Item>
        <Form.Item
          label={t('settings.networks')}
          htmlFor="new-key-networks"
          extra={t('settings.networksHint')}
          validateStatus={fault === '' && !isTooMany ? '' : 'error'}
          help={fault || (isTooMany ? t('network.tooMany', { max: MAX_ADDRESSES }) : undefined)}
        >
          <Input.TextArea
            id="new-key-networks"
            className="code"
            rows={2}
            spellCheck={false}
            placeholder="203.0.113.0/24"
            value={settings.networks}
            onChange={({ target }) => onChange({ ...settings, networks: target.value })}
          />
        </Form.Item>
      </Form>
    </details>
  );
}
