import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { usePolicyDescription } from '../../components/use-policy-description.ts';

interface InheritedPolicy {
  readonly group: string;
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** List of the policies that a user inherits from groups; they are detached at the group. */
export function InheritedPolicies({ loginName }: { readonly loginName: string }) {
  const { t } = useTranslation(['users', 'shell']);
  const describe = usePolicyDescription();
  const groups = useCall('Ims', 'ListGroupsForUser', { UserPrincipalName: loginName });
  const { rows, error } = useQueries({
    queries: (groups.data?.Groups?.Group ?? []).map(({ GroupName = '' }) => ({
      queryKey: ['Ram', 'ListPoliciesForGroup', { GroupName }],
      queryFn: () => call('Ram', 'ListPoliciesForGroup', { GroupName }),
    })),
    combine: (queries) => ({
      error: queries.find((query) => query.error)?.error ?? null,
      rows: queries.flatMap((query, index) =>
        (query.data?.Policies?.Policy ?? []).map(
          (policy): InheritedPolicy => ({
            group: groups.data?.Groups?.Group?.[index]?.GroupName ?? '',
            name: policy.PolicyName ?? '',
            type: policy.PolicyType ?? '',
            description: describe(policy),
          }),
        ),
      ),
    }),
  });

  const columns = useMemo<readonly Column<InheritedPolicy>[]>(
    () => [
      {
        key: 'group',
        title: t('group.name'),
        text: (policy) => policy.group,
        render: (policy) => <Link to={`/groups/${encodeURIComponent(policy.group)}`}>{policy.group}</Link>,
      },
      {
        key: 'name',
        title: t('policy.name'),
        text: (policy) => policy.name,
        render: (policy) => (
          <Link to={`/policies/${policy.type}/${encodeURIComponent(policy.name)}`}>{policy.name}</Link>
        ),
      },
      { key: 'description', title: t('policy.description'), text: (policy) => policy.description },
    ],
    [t],
  );

  return (
    <section className="surface" aria-labelledby="inherited-policies">
      <div className="section-head">
        <h2 id="inherited-policies">{t('policy.inherited')}</h2>
        <p>{t('policy.inheritedText')}</p>
      </div>
      <ResourceTable
        name="inherited-"
        label={t('policy.inherited')}
        rows={rows}
        columns={columns}
        rowKey={(policy) => `${policy.group}/${policy.type}/${policy.name}`}
        rowName={(policy) => policy.name}
        loading={groups.isLoading}
        error={groups.error ?? error}
        searchable={false}
        empty={t('policy.noneInherited')}
      />
    </section>
  );
}
