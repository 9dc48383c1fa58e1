import { App, Button, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { AttachToDialog } from './attach-to-dialog.tsx';

interface Holder {
  readonly kind: 'user' | 'group' | 'role';
  readonly name: string;
  readonly to: string;
  /** ISO 8601. */
  readonly since: string;
}

/** List of the users, groups and roles that a policy is attached to. */
export function AttachedTo({
  policyName,
  policyType,
}: {
  readonly policyName: string;
  readonly policyType: string;
}) {
  const { t } = useTranslation(['policies', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const named = { PolicyName: policyName, PolicyType: policyType };
  const query = useCall('Ram', 'ListEntitiesForPolicy', named);
  const change = useChange();
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<{
    readonly holders: readonly Holder[];
    readonly done: () => void;
  }>();

  const rows = useMemo((): readonly Holder[] => {
    const { Users, Groups, Roles } = query.data ?? {};
    return [
      ...(Users?.User ?? []).map(
        ({ UserName: name = '', UserId = '', AttachDate: since = '' }): Holder => ({
          kind: 'user',
          name,
          since,
          to: `/users/${UserId}`,
        }),
      ),
      ...(Groups?.Group ?? []).map(
        ({ GroupName: name = '', AttachDate: since = '' }): Holder => ({
          kind: 'group',
          name,
          since,
          to: `/groups/${encodeURIComponent(name)}`,
        }),
      ),
      ...(Roles?.Role ?? []).map(
        ({ RoleName: name = '', AttachDate: since = '' }): Holder => ({
          kind: 'role',
          name,
          since,
          to: `/roles/${encodeURIComponent(name)}`,
        }),
      ),
    ];
  }, [query.data]);

  const columns = useMemo<readonly Column<Holder>[]>(
    () => [
      {
        key: 'name',
        title: t('attachedTo.name'),
        text: (holder) => holder.name,
        render: (holder) => <Link to={holder.to}>{holder.name}</Link>,
      },
      {
        key: 'kind',
        title: t('attachedTo.kind'),
        text: (holder) => t(`attachedTo.${holder.kind}`),
        render: (holder) => <Tag>{t(`attachedTo.${holder.kind}`)}</Tag>,
      },
      {
        key: 'since',
        title: t('attachedTo.since'),
        text: (holder) => format.moment(holder.since),
        sortBy: (holder) => holder.since,
      },
    ],
    [t, format],
  );

  async function detach(): Promise<void> {
    if (detaching === undefined) return;
    const done = await change.run(async () => {
      for (const { kind, name } of detaching.holders) {
        if (kind === 'user') await call('Ram', 'DetachPolicyFromUser', { ...named, UserName: name });
        else if (kind === 'group') await call('Ram', 'DetachPolicyFromGroup', { ...named, GroupName: name });
        else await call('Ram', 'DetachPolicyFromRole', { ...named, RoleName: name });
      }
      return true;
    });
    if (!done) return;
    message.success(t('attachedTo.detached'));
    detaching.done();
    setDetaching(undefined);
  }

  return (
    <section className="surface" aria-labelledby="policy-attached">
      <div className="section-head">
        <h2 id="policy-attached">{t('attachedTo.title')}</h2>
        {!policyName.startsWith('AliyunServiceRolePolicyFor') && (
          <Button type="primary" onClick={() => setAttaching(true)}>
            {t('attachTo.title')}
          </Button>
        )}
      </div>
      <ResourceTable
        name="attached-"
        label={t('attachedTo.title')}
        rows={rows}
        columns={columns}
        rowKey={(holder) => `${holder.kind}/${holder.name}`}
        rowName={(holder) => holder.name}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        fileName={`${policyName}-attached`}
        empty={t('attachedTo.none')}
        bulkActions={[
          {
            key: 'detach',
            label: t('attachedTo.detach'),
            danger: true,
            run: (holders, done) => {
              change.reset();
              setDetaching({ holders, done });
            },
          },
        ]}
      />
      {attaching && (
        <AttachToDialog
          policyName={policyName}
          policyType={policyType}
          onClosed={() => setAttaching(false)}
        />
      )}
      <ConfirmDialog
        open={detaching !== undefined}
        title={t('attachedTo.detach')}
        confirmText={t('attachedTo.detach')}
        running={change.running}
        error={change.error}
        onCancel={() => setDetaching(undefined)}
        onConfirm={() => void detach()}
      >
        {t('attachedTo.detachText', { names: detaching?.holders.map(({ name }) => name).join(', ') })}
      </ConfirmDialog>
    </section>
  );
}
