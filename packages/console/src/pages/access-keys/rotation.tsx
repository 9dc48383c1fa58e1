import { Alert, Button, Checkbox, Modal, Select, Steps } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../language/use-format.ts';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { KeyLastUse } from './key-last-use.tsx';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { isRestricting, readNetworkPolicy } from './network-policy.ts';
import { quietVerdict } from './quiet-verdict.ts';
import { type AccessKey, useKeyUse } from './use-keys.ts';

/** Interval for reading the last uses of both keys, in milliseconds. */
const WATCH_INTERVAL_MS = 5000;

const HOUR_MS = 3_600_000;

/** Quiet times to choose from: a day for daily jobs, a month and a bit for monthly ones. */
const QUIET_HOURS = [1, 24, 7 * 24, 35 * 24] as const;

const VERDICT_TYPES = { silent: 'success', stillUsed: 'warning', neverUsed: 'info', young: 'info' } as const;

/**
 * Guided rotation of a key: create a second key, switch programs and wait until the first is unused, disable it, delete
 * it. The current step is derived from the keys, so that the rotation can be continued days later by its URL.
 */
export function Rotation({
  owner,
  keys,
  oldKeyId,
  onCreate,
  onClosed,
}: {
  readonly owner: KeyOwner;
  readonly keys: readonly AccessKey[];
  readonly oldKeyId: string;
  readonly onCreate: (second: { readonly replaces?: AccessKey }) => void;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const old = keys.find((key) => key.id === oldKeyId);
  const replacement = keys.find((key) => key.id !== oldKeyId);
  const step = old === undefined ? 4 : !old.isActive ? 3 : replacement === undefined ? 0 : 1;
  return (
    <Modal
      open
      title={t('rotation.title')}
      width={720}
      footer={<Button onClick={onClosed}>{t(step === 4 ? 'rotation.finish' : 'rotation.leave')}</Button>}
      onCancel={onClosed}
    >
      <Steps
        size="small"
        current={step}
        responsive
        items={(['create', 'watch', 'disable', 'delete'] as const).map((key) => ({
          title: t(`rotation.step.${key}`),
        }))}
        className="rotation-steps"
      />
      {old === undefined ? (
        <Alert type="success" showIcon title={t('rotation.done')} />
      ) : (
        <Work owner={owner} old={old} replacement={replacement} onCreate={onCreate} />
      )}
    </Modal>
  );
}

function Work({
  owner,
  old,
  replacement,
  onCreate,
}: {
  readonly owner: KeyOwner;
  readonly old: AccessKey;
  readonly replacement: AccessKey | undefined;
  readonly onCreate: (second: { readonly replaces?: AccessKey }) => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const change = useChange();
  const [deleting, setDeleting] = useState(false);
  const oldUse = useKeyUse(owner, old.id, WATCH_INTERVAL_MS);

  async function setStatus(status: 'Active' | 'Inactive'): Promise<void> {
    await change.run(() =>
      call('Ims', 'UpdateAccessKey', {
        ...ownerParameters(owner),
        UserAccessKeyId: old.id,
        Status: status,
      }),
    );
  }

  return (
    <>
      <div className="rotation-keys">
        <section className="rotation-key">
          <h3>{t('rotation.old')}</h3>
          <p className="code">{old.id}</p>
          <KeyLastUse use={oldUse.use} error={oldUse.error} />
        </section>
        {replacement && <Replacement owner={owner} accessKey={replacement} />}
      </div>
      {!old.isActive ? (
        <>
          <p>{t('rotation.text.delete')}</p>
          <Button danger onClick={() => setDeleting(true)}>
            {t('action.delete')}
          </Button>{' '}
          <Button loading={change.running} onClick={() => void setStatus('Active')}>
            {t('rotation.enableAgain')}
          </Button>
        </>
      ) : replacement === undefined ? (
        <SecondKey owner={owner} old={old} onCreate={onCreate} />
      ) : (
        <Watch
          old={old}
          use={oldUse}
          disabling={change.running}
          onDisable={() => void setStatus('Inactive')}
        />
      )}
      <ErrorNotice error={change.error} />
      <DeleteKeyDialog owner={owner} accessKey={old} open={deleting} onClosed={() => setDeleting(false)} />
    </>
  );
}

/** First step: what the second key takes over, and its creation. */
function SecondKey({
  owner,
  old,
  onCreate,
}: {
  readonly owner: KeyOwner;
  readonly old: AccessKey;
  readonly onCreate: (second: { readonly replaces?: AccessKey }) => void;
}) {
  const { t } = useTranslation('access-keys');
  const [loosened, setLoosened] = useState(false);
  const policy = useCall('Ims', 'GetAccessKeyPolicy', {
    ...ownerParameters(owner),
    UserAccessKeyId: old.id,
  });
  const hasAny =
    isRestricting(readNetworkPolicy(policy.data?.AccessKeyPolicy)) || old.expiresAt !== undefined;
  return (
    <>
      <p>{t('rotation.text.create')}</p>
      <p>{t(hasAny ? 'rotation.takesOver' : 'rotation.takesOverNothing')}</p>
      {hasAny && (
        <p>
          <Checkbox checked={loosened} onChange={({ target }) => setLoosened(target.checked)}>
            {t('rotation.loosen')}
          </Checkbox>
        </p>
      )}
      <Button
        type="primary"
        disabled={policy.isLoading}
        onClick={() => onCreate(loosened ? {} : { replaces: old })}
      >
        {t('rotation.createSecond')}
      </Button>
    </>
  );
}

/** Second step: the last use of the old key, and whether its silence is long enough. */
function Watch({
  old,
  use: { use, readAt },
  disabling,
  onDisable,
}: {
  readonly old: AccessKey;
  readonly use: ReturnType<typeof useKeyUse>;
  readonly disabling: boolean;
  readonly onDisable: () => void;
}) {
  const { t } = useTranslation('access-keys');
  const format = useFormat();
  const field = useId();
  const [hours, setHours] = useState(24);
  const quietText = (count: number) =>
    count < 48 ? t('rotation.hours', { count }) : t('rotation.days', { count: count / 24 });
  const verdict =
    use && quietVerdict({ createdAt: old.createdAt, lastUsedAt: use.at }, hours * HOUR_MS, Date.now());
  return (
    <>
      <p>{t('rotation.text.watch')}</p>
      <p>
        <label htmlFor={field}>{t('rotation.quiet')}</label>{' '}
        <Select
          id={field}
          value={hours}
          onChange={setHours}
          options={QUIET_HOURS.map((value) => ({ value, label: quietText(value) }))}
        />
      </p>
      {verdict !== undefined && (
        <Alert
          role="status"
          type={VERDICT_TYPES[verdict]}
          showIcon
          title={t(`rotation.${verdict}`, { quiet: quietText(hours) })}
          description={
            readAt > 0 && t('rotation.asOf', { time: format.moment(new Date(readAt).toISOString()) })
          }
          className="space-below"
        />
      )}
      <Button type="primary" danger={verdict !== 'silent'} loading={disabling} onClick={onDisable}>
        {t('rotation.disableOld')}
      </Button>
    </>
  );
}

function Replacement({ owner, accessKey }: { readonly owner: KeyOwner; readonly accessKey: AccessKey }) {
  const { t } = useTranslation('access-keys');
  const { use, error } = useKeyUse(owner, accessKey.id, WATCH_INTERVAL_MS);
  return (
    <section className="rotation-key">
      <h3>{t('rotation.new')}</h3>
      <p className="code">{accessKey.id}</p>
      <KeyLastUse use={use} error={error} />
    </section>
  );
}
