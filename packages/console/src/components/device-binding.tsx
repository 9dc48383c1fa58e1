import { Button, Form, Input, Typography } from 'antd';
import { useTranslation } from 'react-i18next';

/**
 * Form to bind an authenticator app: QR code or seed, then two consecutive codes.
 * @param qrCodePng Base64
 */
export function DeviceBinding({
  seed,
  qrCodePng,
  running,
  onCodes,
}: {
  readonly seed: string;
  readonly qrCodePng: string;
  readonly running: boolean;
  readonly onCodes: (first: string, second: string) => void;
}) {
  const { t } = useTranslation();
  const rules = [{ required: true, pattern: /^\s*\d{6}\s*$/, message: t('device.sixDigits') }];
  return (
    <>
      <ol className="steps">
        <li>{t('device.scan')}</li>
        <li>{t('device.twoCodes')}</li>
      </ol>
      <img className="qr" src={`data:image/png;base64,${qrCodePng}`} alt={t('device.qr')} />
      <p>
        {t('device.byHand')}{' '}
        <Typography.Text code copyable={{ text: seed, tooltips: [t('copy'), t('copied')] }}>
          {seed}
        </Typography.Text>
      </p>
      <Form
        layout="vertical"
        requiredMark={false}
        onFinish={({ first, second }: { first: string; second: string }) =>
          onCodes(first.trim(), second.trim())
        }
      >
        <Form.Item name="first" label={t('device.first')} rules={rules}>
          <Input inputMode="numeric" autoComplete="one-time-code" />
        </Form.Item>
        <Form.Item name="second" label={t('device.second')} rules={rules} extra={t('device.secondHint')}>
          <Input inputMode="numeric" autoComplete="off" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={running}>
          {t('device.bind')}
        </Button>
      </Form>
    </>
  );
}
