import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Select, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { useEveryPage } from '../../api/use-every-page.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deletePolicy } from './delete-policy.ts';

type Policy = NonNullable<NonNullable<AnswerOf<'Ram', 'ListPolicies'>['Policies']>['Policy']>[number];

interface Selection {
  readonly policies: readonly Policy[];
  readonly done: () => void;
}

/** The policies of the account, and those that every account has. */
export function Component() {
  const { t } = useTranslation(['policies', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [address, setAddress] = useSearchParams();
  const type = address.get('type') ?? '';
  const policies = useEveryPage(
    'Ram',
    'ListPolicies',
    { MaxItems: 1000, ...(type !== '' && { PolicyType: type }) },
    (answer) => answer.Policies?.Policy,
  );
  const change = useChange();
  const [deleting, setDeleting] = useState<Selection>();

  const columns = useMemo<readonly Column<Policy>[]>(
    () => [
      {
        key: 'name',
        title: t('field.name'),
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
      { key: 'description', title: t('field.description'), text: (policy) => policy.Description ?? '' },
      {
        key: 'attached',
        title: t('field.attached'),
        text: (policy) => format.number(policy.AttachmentCount ?? 0),
        sortBy: (policy) => policy.AttachmentCount ?? 0,
      },
      {
        key: 'updated',
        title: t('field.updated'),
        text: (policy) => format.moment(policy.UpdateDate),
        sortBy: (policy) => policy.UpdateDate ?? '',
      },
    ],
    [t, format],
  );

  async function deletePolicies({ policies: doomed, done }: Selection): Promise<void> {
    const deleted = await change.run(async () => {
      for (const { PolicyName = '' } of doomed) await deletePolicy(PolicyName);
      return true;
    });
    if (!deleted) return;
    message.success(t('deleted', { count: doomed.length }));
    setDeleting(undefined);
    done();
  }

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/policies/new')}>
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          rows={policies.rows}
          columns={columns}
          rowKey={(policy) => `${policy.PolicyType}/${policy.PolicyName}`}
          rowName={(policy) => policy.PolicyName ?? ''}
          loading={policies.isLoading}
          error={policies.error}
          refetch={policies.refetch}
          readOn={policies.readOn}
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
              run: (rows, done) => {
                change.reset();
                setDeleting({ policies: rows, done });
              },
            },
          ]}
        />
      </div>
      <ConfirmDialog
        open={deleting !== undefined}
        title={t('delete')}
        confirmText={t('delete')}
        running={change.running}
        error={change.error}
        onCancel={() => setDeleting(undefined)}
        onConfirm={() => deleting && void deletePolicies(deleting)}
      >
        {t('deleteText', {
          count: deleting?.policies.length ?? 0,
          names: deleting?.policies.map((policy) => policy.PolicyName).join(', '),
        })}
      </ConfirmDialog>
    </Page>
  );
}
