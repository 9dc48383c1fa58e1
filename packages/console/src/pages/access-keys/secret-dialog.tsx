import { CopyOutlined, DownloadOutlined } from '@ant-design/icons';
import { Alert, App, Button, Checkbox, Input, Modal, Space } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { csvText, saveFile } from '../../components/csv.ts';

/** A key just made. */
export interface NewKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * Shows the secret, this once (S32, S48 to S50). It can only be closed by who says to have saved it; whoever gave
 * the key forgets it then.
 */
export function SecretDialog({
  newKey,
  onClosed,
}: {
  readonly newKey: NewKey;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const { message } = App.useApp();
  const [saved, setSaved] = useState(false);
  const idField = useId();
  const secretField = useId();

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      message.success(t('shell:copied'));
    } catch {
      message.error(t('secret.copyFailed'));
    }
  }

  function download(): void {
    saveFile(
      `AccessKey-${newKey.id}.csv`,
      csvText([
        ['AccessKey ID', 'AccessKey Secret'],
        [newKey.id, newKey.secret],
      ]),
    );
  }

  return (
    <Modal
      open
      title={t('secret.title')}
      width={560}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" disabled={!saved} onClick={onClosed}>
          {t('shell:ok')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('secret.once')} style={{ marginBottom: 16 }} />
      <Shown id={idField} label={t('secret.id')} value={newKey.id} copy={copy} />
      <Shown id={secretField} label={t('secret.secret')} value={newKey.secret} copy={copy} />
      <Space wrap style={{ marginBottom: 16 }}>
        <Button icon={<DownloadOutlined aria-hidden />} onClick={download}>
          {t('secret.download')}
        </Button>
        <Button
          icon={<CopyOutlined aria-hidden />}
          onClick={() => void copy(`AccessKey ID: ${newKey.id}\nAccessKey Secret: ${newKey.secret}`)}
        >
          {t('secret.copyBoth')}
        </Button>
      </Space>
      <div>
        <Checkbox checked={saved} onChange={({ target }) => setSaved(target.checked)}>
          {t('secret.saved')}
        </Checkbox>
      </div>
    </Modal>
  );
}

function Shown({
  id,
  label,
  value,
  copy,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly copy: (text: string) => Promise<void>;
}) {
  const { t } = useTranslation();
  return (
    <div className="secret-row">
      <label htmlFor={id}>{label}</label>
      <Space.Compact block>
        <Input id={id} readOnly value={value} autoComplete="off" onFocus={({ target }) => target.select()} />
        <Button
          icon={<CopyOutlined aria-hidden />}
          aria-label={`${t('copy')}: ${label}`}
          onClick={() => void copy(value)}
        />
      </Space.Compact>
    </div>
  );
}
