import { CopyOutlined, DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Input, Modal, Space } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { csvText, saveFile } from '../../components/csv.ts';
import { useCopy } from '../../components/use-copy.ts';
import { useLeaveWarning } from '../../components/use-leave-warning.ts';
import { FirstCall } from './first-call.tsx';
import type { NewKey } from './new-key.ts';

/** Texts for a credential and its parts. */
export interface SecretTexts {
  readonly title: string;
  readonly once: string;
  readonly id: string;
  readonly secret: string;
  readonly saved: string;
  /** Column headings and name prefix of the file, the same in all languages. */
  readonly file: { readonly id: string; readonly secret: string; readonly name: string };
}

/** Dialog that shows the secret of a new AccessKey once (S32, S48 to S50). */
export function SecretDialog({
  newKey,
  onClosed,
}: {
  readonly newKey: NewKey;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation('access-keys');
  const texts: SecretTexts = {
    title: t('secret.title'),
    once: t('secret.once'),
    id: t('secret.id'),
    secret: t('secret.secret'),
    saved: t('secret.saved'),
    file: { id: 'AccessKey ID', secret: 'AccessKey Secret', name: 'AccessKey' },
  };
  return (
    <ShownOnceDialog newKey={newKey} texts={texts} width={760} onClosed={onClosed}>
      <FirstCall newKey={newKey} />
    </ShownOnceDialog>
  );
}

/**
 * Dialog that shows a secret once. It can be closed only after confirming that the secret is saved; the caller clears the
 * secret then.
 */
export function ShownOnceDialog({
  newKey,
  texts,
  width = 560,
  children,
  onClosed,
}: {
  readonly newKey: NewKey;
  readonly texts: SecretTexts;
  readonly width?: number;
  /** Shown below the secret. */
  readonly children?: ReactNode;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const copy = useCopy();
  const [saved, setSaved] = useState(false);
  const idField = useId();
  const secretField = useId();
  useLeaveWarning(!saved, {
    title: t('secret.leaveTitle'),
    text: t('secret.leaveText'),
    leave: t('secret.leave'),
    stay: t('secret.stay'),
  });

  function download(): void {
    saveFile(
      `${texts.file.name}-${newKey.id}.csv`,
      csvText([
        [texts.file.id, texts.file.secret],
        [newKey.id, newKey.secret],
      ]),
    );
  }

  return (
    <Modal
      open
      title={texts.title}
      width={width}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" disabled={!saved} onClick={onClosed}>
          {t('shell:ok')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={texts.once} className="space-below" />
      <SecretField id={idField} label={texts.id} value={newKey.id} copy={copy} />
      <SecretField id={secretField} label={texts.secret} value={newKey.secret} copy={copy} />
      <Space wrap className="space-below">
        <Button icon={<DownloadOutlined aria-hidden />} onClick={download}>
          {t('secret.download')}
        </Button>
        <Button
          icon={<CopyOutlined aria-hidden />}
          onClick={() => void copy(`${texts.file.id}: ${newKey.id}\n${texts.file.secret}: ${newKey.secret}`)}
        >
          {t('secret.copyBoth')}
        </Button>
      </Space>
      {children}
      <div>
        <Checkbox checked={saved} onChange={({ target }) => setSaved(target.checked)}>
          {texts.saved}
        </Checkbox>
      </div>
    </Modal>
  );
}

function SecretField({
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
