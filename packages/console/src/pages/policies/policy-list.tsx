import { PlusOutlined } from '@ant-design/icons';
import { Button, Select, Tag } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { usePolicyDescription } from '../../components/use-policy-description.ts';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deletePolicy } from './delete-policy.ts';

type Policy = NonNullable<AnswerOf<'Claviger', 'SearchPolicies'>['Policies']>[number];

/** Page of the custom and system policies. */
export function Component() {
  const { t } = useTranslation(['policies', 'shell']);
  const describe = usePolicyDescription();
  const format = useFormat();
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const wanted = address.get('type');
  const type = wanted === 'Custom' || wanted === 'System' ? wanted : '';
  const policies = useServerList(
    'Claviger',
    'SearchPolicies',
    { ...(type !== '' && { PolicyType: type }) },
    (answer) => answer.Policies,
    { isSearched: true },
  );
  const deletion = useDeletion<Policy>({
    nameOf: ({ PolicyName = '' }) => PolicyName,
    remove: ({ PolicyName = '' }) => deletePolicy(PolicyName),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
  });

  const columns = useMemo<readonly Column<Policy>[]>(
    () => [
      {
        key: 'name',
        title: t('field.name'),
        orderBy: 'Name',
        text: (policy) => policy.PolicyName ?? '',
        render: (policy) => (
          <Link to={`/policies/${policy.PolicyType}/${encodeURIComponent(policy.PolicyName ?? '')}`}>
            {policy.PolicyName}
          </Link>
        ),
      },
      {
        key: 'type',
        title: t('field.type'),
        text: (policy) => t(policy.PolicyType === 'System' ? 'type.System' : 'type.Custom'),
        render: (policy) => <Tag>{t(policy.PolicyType === 'System' ? 'type.System' : 'type.Custom')}</Tag>,
      },
      { key: 'description', title: t('field.description'), text: describe },
      {
        key: 'attached',
        title: t('field.attached'),
        text: (policy) => format.number(policy.AttachmentCount ?? 0),
      },
      {
        key: 'updated',
        title: t('field.updated'),
        text: (policy) => format.moment(policy.UpdateDate),
      },
    ],
    [t, format, describe],
  );

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => void navigate('/policies/new')}
        >
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          list={policies}
          columns={columns}
          rowKey={(policy) => `${policy.PolicyType}/${policy.PolicyName}`}
          rowName={(policy) => policy.PolicyName ?? ''}
          fileName="policies"
          filters={
            <Select
              aria-label={t('field.type')}
              value={type}
              onChange={(chosen: string) => setAddress(chosen === '' ? {} : { type: chosen })}
              options={[
                { value: '', label: t('type.all') },
                { value: 'Custom', label: t('type.Custom') },
                { value: 'System', label: t('type.System') },
              ]}
            />
          }
          bulkActions={[
            {
              key: 'delete',
              label: t('delete'),
              danger: true,
              disabledReason: (rows) =>
                rows.some((policy) => policy.PolicyType === 'System') ? t('systemStays') : undefined,
              run: deletion.ask,
            },
          ]}
        />
      </div>
      {deletion.dialog}
    </Page>
  );
}
