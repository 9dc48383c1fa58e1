import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import type { ParametersOf } from '../api/operations.ts';
import { useChange } from '../api/use-change.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Target of a revocation. */
export type SessionTarget = ParametersOf<'Claviger', 'RevokeSessions'>;

/** Confirmation dialog to revoke all current sessions of a role, a user or an AccessKey. */
export function RevokeSessionsDialog({
  target,
  name,
  open,
  onClosed,
}: {
  readonly target: SessionTarget;
  /** Display name of the target. */
  readonly name: string;
  readonly open: boolean;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const change = useChange();

  async function revoke(): Promise<void> {
    if (!(await change.run(() => call('Claviger', 'RevokeSessions', target)))) return;
    message.success(t('revokeSessions.done'));
    onClosed();
  }

  return (
    <ConfirmDialog
      open={open}
      title={t('revokeSessions.title')}
      confirmText={t('revokeSessions.confirm')}
      running={change.running}
      error={change.error}
      onCancel={onClosed}
      onConfirm={() => void revoke()}
    >
      {t(`revokeSessions.text.${target.Target}`, { name })}
    </ConfirmDialog>
  );
}

/** Button that opens the revocation dialog. */
export function RevokeSessionsButton({
  target,
  name,
}: {
  readonly target: SessionTarget;
  readonly name: string;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('revokeSessions.title')}</Button>
      <RevokeSessionsDialog target={target} name={name} open={open} onClosed={() => setOpen(false)} />
    </>
  );
}
