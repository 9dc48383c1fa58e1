import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../api/call.ts';
import { useCall } from '../api/use-call.ts';
import { useChange } from '../api/use-change.ts';
import { useFormat } from '../language/use-format.ts';
import { AttachPolicyDialog, type PolicyReference } from './attach-policy-dialog.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { type Column, ResourceTable } from './resource-table.tsx';
import { usePolicyDescription } from './use-policy-description.ts';

/** User, group or role that policies are attached to. */
export type PolicyHolder =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string };

interface AttachedPolicy extends PolicyReference {
  readonly description: string;
  /** ISO 8601. */
  readonly attachedAt: string;
}

/**
 * List of the policies of a user, a group or a role, with bulk attach and detach.
 * @param readOnly without attach and detach: the policies of a service-linked role do not change
 */
export function AttachedPolicies({
  holder,
  readOnly = false,
}: {
  readonly holder: PolicyHolder;
  readonly readOnly?: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const { rows, query } = useAttached(holder);
  const change = useChange();
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<{
    readonly policies: readonly PolicyReference[];
    readonly done: () => void;
  }>();

  const columns = useMemo<readonly Column<AttachedPolicy>[]>(
    () => [
      {
        key: 'name',
        title: t('attachedPolicies.name'),
        text: (policy) => policy.name,
        render: (policy) => (
          <Link to={`/policies/${policy.type}/${encodeURIComponent(policy.name)}`}>{policy.name}</Link>
        ),
      },
      {
        key: 'type',
        title: t('attachedPolicies.type'),
        text: (policy) => t(policy.type === 'System' ? 'attachPolicy.System' : 'attachPolicy.Custom'),
      },
      { key: 'description', title: t('attachedPolicies.description'), text: (policy) => policy.description },
      {
        key: 'attached',
        title: t('attachedPolicies.since'),
        text: (policy) => format.moment(policy.attachedAt),
        sortBy: (policy) => policy.attachedAt,
      },
    ],
    [t, format],
  );

  async function attach(policies: readonly PolicyReference[]): Promise<void> {
    const done = await change.run(async () => {
      for (const policy of policies) await attachOne(holder, policy);
      return true;
    });
    if (!done) return;
    message.success(t('attachedPolicies.attached'));
    setAttaching(false);
  }

  async function detach(): Promise<void> {
    if (detaching === undefined) return;
    const done = await change.run(async () => {
      for (const policy of detaching.policies) await detachOne(holder, policy);
      return true;
    });
    if (!done) return;
    message.success(t('attachedPolicies.detached'));
    detaching.done();
    setDetaching(undefined);
  }

  return (
    <section className="surface" aria-labelledby="attached-policies">
      <div className="section-head">
        <h2 id="attached-policies">{t('attachedPolicies.title')}</h2>
        {!readOnly && (
          <Button
            type="primary"
            onClick={() => {
              change.reset();
              setAttaching(true);
            }}
          >
            {t('attachPolicy.title')}
          </Button>
        )}
      </div>
      <ResourceTable
        name="policies-"
        label={t('attachedPolicies.title')}
        rows={rows}
        columns={columns}
        rowKey={(policy) => `${policy.type}/${policy.name}`}
        rowName={(policy) => policy.name}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        fileName={`${holder.name}-policies`}
        empty={t('attachedPolicies.none')}
        bulkActions={
          readOnly
            ? []
            : [
                {
                  key: 'detach',
                  label: t('attachedPolicies.detach'),
                  danger: true,
                  run: (policies, done) => {
                    change.reset();
                    setDetaching({ policies, done });
                  },
                },
              ]
        }
      />
      {attaching && (
        <AttachPolicyDialog
          attached={rows}
          running={change.running}
          error={change.error}
          onAttach={(policies) => void attach(policies)}
          onCancel={() => setAttaching(false)}
        />
      )}
      <ConfirmDialog
        open={detaching !== undefined}
        title={t('attachedPolicies.detach')}
        confirmText={t('attachedPolicies.detach')}
        running={change.running}
        error={change.error}
        onCancel={() => setDetaching(undefined)}
        onConfirm={() => void detach()}
      >
        {t(`attachedPolicies.detachText.${holder.kind}`, {
          names: detaching?.policies.map((policy) => policy.name).join(', '),
        })}
      </ConfirmDialog>
    </section>
  );
}

function useAttached(holder: PolicyHolder) {
  const describe = usePolicyDescription();
  const { kind, name } = holder;
  const ofUser = useCall('Ram', 'ListPoliciesForUser', { UserName: name }, { enabled: kind === 'user' });
  const ofGroup = useCall('Ram', 'ListPoliciesForGroup', { GroupName: name }, { enabled: kind === 'group' });
  const ofRole = useCall('Ram', 'ListPoliciesForRole', { RoleName: name }, { enabled: kind === 'role' });
  const query = { user: ofUser, group: ofGroup, role: ofRole }[kind];
  const policies = query.data?.Policies?.Policy;
  const rows = useMemo(
    () =>
      (policies ?? []).map(
        (policy): AttachedPolicy => ({
          name: policy.PolicyName ?? '',
          type: policy.PolicyType ?? '',
          description: describe(policy),
          attachedAt: policy.AttachDate ?? '',
        }),
      ),
    [policies, describe],
  );
  return { rows, query };
}

function attachOne(holder: PolicyHolder, { name, type }: PolicyReference): Promise<unknown> {
  const policy = { PolicyName: name, PolicyType: type };
  switch (holder.kind) {
    case 'user':
      return call('Ram', 'AttachPolicyToUser', { ...policy, UserName: holder.name });
    case 'group':
      return call('Ram', 'AttachPolicyToGroup', { ...policy, GroupName: holder.name });
    case 'role':
      return call('Ram', 'AttachPolicyToRole', { ...policy, RoleName: holder.name });
  }
}

function detachOne(holder: PolicyHolder, { name, type }: PolicyReference): Promise<unknown> {
  const policy = { PolicyName: name, PolicyType: type };
  switch (holder.kind) {
    case 'user':
      return call('Ram', 'DetachPolicyFromUser', { ...policy, UserName: holder.name });
    case 'group':
      return call('Ram', 'DetachPolicyFromGroup', { ...policy, GroupName: holder.name });
    case 'role':
      return call('Ram', 'DetachPolicyFromRole', { ...policy, RoleName: holder.name });
  }
}
