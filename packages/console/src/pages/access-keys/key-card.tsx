import { MoreOutlined } from '@ant-design/icons';
import { Alert, Button, Dropdown, Tag, Typography } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { RevokeSessionsDialog } from '../../components/revoke-sessions.tsx';
import { useFormat } from '../../language/use-format.ts';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { KeyExpiryDialog } from './key-expiry-dialog.tsx';
import { daysSince, IDLE_AFTER_DAYS, keyWarnings, ROTATE_AFTER_DAYS } from './key-health.ts';
import { KeyLastUse } from './key-last-use.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { readNetworkPolicy } from './network-policy.ts';
import { NetworkPolicyDialog } from './network-policy-dialog.tsx';
import { type AccessKey, useKeyUse } from './use-keys.ts';

type OpenDialog = 'network' | 'expiry' | 'revoke' | 'disable' | 'delete';

/**
 * Card of an AccessKey: status, findings, actions.
 * @param onRotate starts or continues the guided rotation of this key
 */
export function KeyCard({
  owner,
  accessKey,
  onRotate,
}: {
  readonly owner: KeyOwner;
  readonly accessKey: AccessKey;
  readonly onRotate: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const format = useFormat();
  const [open, setOpen] = useState<OpenDialog>();
  const change = useChange();
  const { use, error: useError } = useKeyUse(owner, accessKey.id);
  const parameters = { ...ownerParameters(owner), UserAccessKeyId: accessKey.id };
  const close = () => setOpen(undefined);

  async function setStatus(status: 'Active' | 'Inactive'): Promise<void> {
    const done = await change.run(() => call('Ims', 'UpdateAccessKey', { ...parameters, Status: status }));
    if (done) close();
  }

  const now = Date.now();
  const warnings = keyWarnings(
    {
      status: accessKey.isActive ? 'Active' : 'Inactive',
      createdAt: accessKey.createdAt,
      lastUsedAt: use?.at,
      expiresAt: accessKey.expiresAt,
    },
    now,
  );
  return (
    <article className="key-card" aria-label={t('card.label', { id: accessKey.id })}>
      <header>
        <h3>
          <Typography.Text code copyable={{ tooltips: [t('shell:copy'), t('shell:copied')] }}>
            {accessKey.id}
          </Typography.Text>
        </h3>
        {accessKey.isActive ? (
          <Tag color="success">{t('status.active')}</Tag>
        ) : (
          <Tag>{t('status.inactive')}</Tag>
        )}
      </header>
      {warnings.map((warning) => (
        <Alert
          key={warning}
          type={warning === 'expired' ? 'error' : 'warning'}
          showIcon
          title={t(`warning.${warning}`, {
            age: daysSince(accessKey.createdAt, now),
            idle: use?.at ? daysSince(use.at, now) : 0,
            rotateAfterDays: ROTATE_AFTER_DAYS,
            idleAfterDays: IDLE_AFTER_DAYS,
            date: format.date(accessKey.expiresAt),
          })}
        />
      ))}
      <dl className="facts">
        <dt>{t('card.created')}</dt>
        <dd>
          {format.moment(accessKey.createdAt)} ({format.ago(accessKey.createdAt)})
        </dd>
        <dt>{t('card.lastUsed')}</dt>
        <dd>
          <KeyLastUse use={use} error={useError} />
        </dd>
        {accessKey.expiresAt && (
          <>
            <dt>{t('card.expires')}</dt>
            <dd>{format.moment(accessKey.expiresAt)}</dd>
          </>
        )}
        <dt>{t('card.network')}</dt>
        <dd>
          <NetworkSummary parameters={parameters} />
        </dd>
      </dl>
      <footer>
        {accessKey.isActive ? (
          <Button onClick={() => setOpen('disable')}>{t('action.disable')}</Button>
        ) : (
          <Button loading={change.running} onClick={() => void setStatus('Active')}>
            {t('action.enable')}
          </Button>
        )}
        <Button onClick={onRotate}>{t('action.rotate')}</Button>
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'network', label: t('action.network') },
              { key: 'expiry', label: t('action.expiry') },
              { key: 'revoke', label: t('shell:revokeSessions.title') },
              { type: 'divider' },
              { key: 'delete', danger: true, label: t('action.delete') },
            ],
            onClick: ({ key }) => setOpen(key as OpenDialog),
          }}
        >
          <Button icon={<MoreOutlined aria-hidden />} aria-label={t('action.more', { id: accessKey.id })} />
        </Dropdown>
      </footer>
      {open !== 'disable' && <ErrorNotice error={change.error} />}
      <ConfirmDialog
        open={open === 'disable'}
        title={t('disable.title')}
        confirmText={t('action.disable')}
        running={change.running}
        error={change.error}
        onCancel={close}
        onConfirm={() => void setStatus('Inactive')}
      >
        {t('disable.text', { id: accessKey.id })}
      </ConfirmDialog>
      {open === 'network' && <NetworkPolicyDialog owner={owner} keyId={accessKey.id} onClosed={close} />}
      {open === 'expiry' && <KeyExpiryDialog owner={owner} accessKey={accessKey} onClosed={close} />}
      <RevokeSessionsDialog
        target={{ Target: 'AccessKey', ...parameters }}
        name={accessKey.id}
        open={open === 'revoke'}
        onClosed={close}
      />
      <DeleteKeyDialog owner={owner} accessKey={accessKey} open={open === 'delete'} onClosed={close} />
    </article>
  );
}

/** Short text on the network policy of a key. */
function NetworkSummary({
  parameters,
}: {
  readonly parameters: { readonly UserPrincipalName?: string; readonly UserAccessKeyId: string };
}): ReactNode {
  const { t } = useTranslation('access-keys');
  const { data, error } = useCall('Ims', 'GetAccessKeyPolicy', parameters);
  if (error) return t('card.notAllowedToSee');
  if (data === undefined) return '…';
  const policy = readNetworkPolicy(data.AccessKeyPolicy);
  if (policy.Status !== 'Active') return t('card.networkOfAccount');
  const addresses = policy.Statements.flatMap((statement) => statement.IPList);
  return t('card.networkOwn', { count: addresses.length, list: addresses.slice(0, 3).join(', ') });
}
