import { Alert, Input, Modal } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from './error-notice.tsx';

/**
 * Confirmation dialog for actions that cannot easily be undone.
 * @param typed text that must be typed first: the ID or name of the object
 */
export function ConfirmDialog({
  open,
  title,
  children,
  confirmText,
  typed,
  danger = true,
  running = false,
  error,
  onCancel,
  onConfirm,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly confirmText: string;
  readonly typed?: string;
  readonly danger?: boolean;
  readonly running?: boolean;
  readonly error?: Error | null;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const { t } = useTranslation();
  const [entered, setEntered] = useState('');
  const id = useId();
  const matches = typed === undefined || entered.trim() === typed;
  return (
    <Modal
      open={open}
      title={title}
      okText={confirmText}
      cancelText={t('cancel')}
      okButtonProps={{ danger, disabled: !matches, loading: running }}
      onCancel={onCancel}
      onOk={onConfirm}
      afterClose={() => setEntered('')}
      destroyOnHidden
    >
      {typeof children === 'string' ? (
        <Alert type={danger ? 'warning' : 'info'} showIcon title={children} />
      ) : (
        children
      )}
      {typed !== undefined && (
        <p>
          <label htmlFor={id}>
            {t('confirm.type')} <strong className="code">{typed}</strong>
          </label>
          <Input
            id={id}
            value={entered}
            onChange={(event) => setEntered(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="below-label"
          />
        </p>
      )}
      <ErrorNotice error={error} />
    </Modal>
  );
}
