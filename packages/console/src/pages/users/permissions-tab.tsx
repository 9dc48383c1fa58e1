import { useQueries } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { AttachPolicyDialog, type PolicyReference } from '../../components/attach-policy-dialog.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { userNameOf } from './user-name.ts';

/** A policy that counts for a user, and by way of what. */
interface Permission extends PolicyReference {
  readonly description: string;
  /** ISO 8601. */
  readonly attachedAt: string;
  /** The group that it comes from; undefined for one attached to the user. */
  readonly group: string | undefined;
}

interface WirePolicy {
  readonly PolicyName?: string;
  readonly PolicyType?: string;
  readonly Description?: string;
  readonly AttachDate?: string;
}

function permissionOf(policy: WirePolicy, group: string | undefined): Permission {
  return {
    name: policy.PolicyName ?? '',
    type: policy.PolicyType ?? '',
    description: policy.Description ?? '',
    attachedAt: policy.AttachDate ?? '',
    group,
  };
}

/** The policies that count for a user: its own, and those of its groups. */
export function PermissionsTab({ loginName }: { readonly loginName: string }) {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const UserName = userNameOf(loginName);
  const own = useCall('Ram', 'ListPoliciesForUser', { UserName });
  const groups = useCall('Ims', 'ListGroupsForUser', { UserPrincipalName: loginName });
  const inherited = useQueries({
    queries: (groups.data?.Groups?.Group ?? []).map(({ GroupName }) => ({
      queryKey: ['Ram', 'ListPoliciesForGroup', { GroupName }],
      queryFn: () => call('Ram', 'ListPoliciesForGroup', { GroupName }),
    })),
    combine: (queries) =>
      queries.flatMap((query, index) =>
        (query.data?.Policies?.Policy ?? []).map((policy) =>
          permissionOf(policy, groups.data?.Groups?.Group?.[index]?.GroupName),
        ),
      ),
  });
  const change = useChange();
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<PolicyReference>();

  const rows = useMemo(
    (): Permission[] => [
      ...(own.data?.Policies?.Policy ?? []).map((policy) => permissionOf(policy, undefined)),
      ...inherited,
    ],
    [own.data, inherited],
  );

  const columns = useMemo<readonly Column<Permission>[]>(
    () => [
      {
        key: 'name',
        title: t('policy.name'),
        text: (policy) => policy.name,
        render: (policy) => (
          <Link to={`/policies/${policy.type}/${encodeURIComponent(policy.name)}`}>{policy.name}</Link>
        ),
      },
      {
        key: 'type',
        title: t('policy.type'),
        text: (policy) => t(policy.type === 'System' ? 'policy.system' : 'policy.custom'),
      },
      { key: 'description', title: t('policy.description'), text: (policy) => policy.description },
      {
        key: 'source',
        title: t('policy.source'),
        text: (policy) =>
          policy.group === undefined ? t('policy.direct') : t('policy.byGroup', { group: policy.group }),
      },
      {
        key: 'attached',
        title: t('policy.attached'),
        text: (policy) => format.moment(policy.attachedAt),
        sortBy: (policy) => policy.attachedAt,
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (policy) =>
          policy.group === undefined && (
            <Button size="small" onClick={() => setDetaching(policy)}>
              {t('policy.detach')}
            </Button>
          ),
      },
    ],
    [t, format],
  );

  async function attach(policies: readonly PolicyReference[]): Promise<void> {
    const done = await change.run(async () => {
      for (const { name, type } of policies) {
        await call('Ram', 'AttachPolicyToUser', { UserName, PolicyName: name, PolicyType: type });
      }
      return true;
    });
    if (!done) return;
    message.success(t('policy.attachedDone'));
    setAttaching(false);
  }

  async function detach({ name, type }: PolicyReference): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'DetachPolicyFromUser', { UserName, PolicyName: name, PolicyType: type }),
    );
    if (!done) return;
    message.success(t('policy.detached'));
    setDetaching(undefined);
  }

  return (
    <section className="surface" aria-labelledby="user-permissions">
      <div className="section-head">
        <h2 id="user-permissions">{t('tab.permissions')}</h2>
        <Button
          type="primary"
          onClick={() => {
            change.reset();
            setAttaching(true);
          }}
        >
          {t('policy.attach')}
        </Button>
        <p>{t('policy.text')}</p>
      </div>
      <ResourceTable
        name="policies-"
        label={t('tab.permissions')}
        rows={rows}
        columns={columns}
        rowKey={(policy) => `${policy.group ?? ''}/${policy.type}/${policy.name}`}
        rowName={(policy) => policy.name}
        loading={own.isLoading}
        error={own.error}
        refetch={() => void own.refetch()}
        fileName={`${UserName}-permissions`}
        empty={t('policy.none')}
      />
      {attaching && (
        <AttachPolicyDialog
          attached={rows.filter((policy) => policy.group === undefined)}
          running={change.running}
          error={change.error}
          onAttach={(policies) => void attach(policies)}
          onCancel={() => setAttaching(false)}
        />
      )}
      <ConfirmDialog
        open={detaching !== undefined}
        title={t('policy.detach')}
        confirmText={t('policy.detach')}
        running={change.running}
        error={change.error}
        onCancel={() => setDetaching(undefined)}
        onConfirm={() => detaching && void detach(detaching)}
      >
        {t('policy.detachText', { name: detaching?.name })}
      </ConfirmDialog>
    </section>
  );
}
