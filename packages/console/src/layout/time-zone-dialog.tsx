import { Form, Modal, Select } from 'antd';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { browserTimeZone, chooseTimeZone, timeZones, useTimeZoneChoice } from '../language/time-zone.ts';

/** Value of the choice to follow the browser, which is no name of a time zone. */
const OF_BROWSER = '';

/** Dialog for the time zone of all times of the console. */
export function TimeZoneDialog({ onClosed }: { readonly onClosed: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [chosen, setChosen] = useState(useTimeZoneChoice() ?? OF_BROWSER);
  const options = useMemo(
    () => [
      { value: OF_BROWSER, label: t('timeZone.browser', { zone: browserTimeZone() }) },
      ...timeZones().map((zone) => ({ value: zone, label: zone })),
    ],
    [t],
  );
  return (
    <Modal
      open
      title={t('timeZone.title')}
      okText={t('save')}
      cancelText={t('cancel')}
      onCancel={onClosed}
      onOk={() => {
        chooseTimeZone(chosen === OF_BROWSER ? undefined : chosen);
        onClosed();
      }}
    >
      <Form layout="vertical">
        <Form.Item label={t('timeZone.title')} htmlFor={id} extra={t('timeZone.hint')}>
          <Select
            id={id}
            showSearch={{ optionFilterProp: 'label' }}
            value={chosen}
            onChange={setChosen}
            options={options}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
