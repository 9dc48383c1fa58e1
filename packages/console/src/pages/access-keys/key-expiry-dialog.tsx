import { App, Form, Input, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { endOfDay, localDay } from './last-valid-day.ts';
import type { AccessKey } from './use-keys.ts';

/** Dialog to set or remove the expiry date of a key. */
export function KeyExpiryDialog({
  owner,
  accessKey,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly accessKey: AccessKey;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const ceiling = useCall('Claviger', 'GetAccessKeyExpiryCeiling', {});

  async function save({ date }: { date?: string }): Promise<void> {
    const done = await change.run(() =>
      call('Claviger', 'SetAccessKeyExpiry', {
        ...ownerParameters(owner),
        UserAccessKeyId: accessKey.id,
        // The chosen day is the last one on which the key is valid, in the time zone of the browser.
        ExpireDate: date ? endOfDay(date) : '',
      }),
    );
    if (!done) return;
    message.success(t('expiry.saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('expiry.title')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <p>{t('expiry.text')}</p>
      {ceiling.data?.Days ? <p>{t('expiry.ceiling', { count: ceiling.data.Days })}</p> : null}
      <Form
        id={formId}
        layout="vertical"
        initialValues={{ date: accessKey.expiresAt ? localDay(new Date(accessKey.expiresAt)) : '' }}
        onFinish={(fields: { date?: string }) => void save(fields)}
      >
        <Form.Item name="date" label={t('expiry.date')} extra={t('expiry.hint')}>
          <Input type="date" min={localDay(new Date())} allowClear />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
