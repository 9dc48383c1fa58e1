import { App, Button, Space, Tag, Tooltip } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { VersionDiff } from './version-diff.tsx';

type Version = NonNullable<
  NonNullable<AnswerOf<'Ram', 'ListPolicyVersions'>['PolicyVersions']>['PolicyVersion']
>[number];

interface PendingAction {
  readonly what: 'default' | 'delete';
  readonly version: string;
}

/** List of the versions of a policy, to compare, restore and delete. */
export function Versions({
  policyName,
  policyType,
}: {
  readonly policyName: string;
  readonly policyType: string;
}) {
  const { t } = useTranslation(['policies', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Ram', 'ListPolicyVersions', { PolicyName: policyName, PolicyType: policyType });
  const change = useChange();
  const [pending, setPending] = useState<PendingAction>();
  const [compared, setCompared] = useState<string>();
  const isCustom = policyType === 'Custom';
  const versions = query.data?.PolicyVersions?.PolicyVersion ?? [];
  const current = versions.find((version) => version.IsDefaultVersion)?.VersionId;

  const columns = useMemo<readonly Column<Version>[]>(
    () => [
      {
        key: 'version',
        title: t('versions.version'),
        text: (version) => version.VersionId ?? '',
        render: (version) => (
          <Space>
            {version.VersionId}
            {version.IsDefaultVersion && <Tag color="success">{t('versions.current')}</Tag>}
          </Space>
        ),
      },
      {
        key: 'created',
        title: t('versions.created'),
        text: (version) => format.moment(version.CreateDate),
        sortBy: (version) => version.CreateDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (version) => {
          const isCurrent = version.IsDefaultVersion === true;
          const id = version.VersionId ?? '';
          const reason = isCurrent ? t('versions.currentStays') : isCustom ? undefined : t('systemStays');
          return (
            <Space wrap>
              <Button size="small" disabled={isCurrent} onClick={() => setCompared(id)}>
                {t('versions.compare')}
              </Button>
              <Tooltip title={reason}>
                <Button
                  size="small"
                  disabled={reason !== undefined}
                  onClick={() => setPending({ what: 'default', version: id })}
                >
                  {t('versions.bringBack')}
                </Button>
              </Tooltip>
              <Tooltip title={reason}>
                <Button
                  size="small"
                  danger
                  disabled={reason !== undefined}
                  onClick={() => setPending({ what: 'delete', version: id })}
                >
                  {t('delete')}
                </Button>
              </Tooltip>
            </Space>
          );
        },
      },
    ],
    [t, format, isCustom],
  );

  async function confirm({ what, version }: PendingAction): Promise<void> {
    const named = { PolicyName: policyName, VersionId: version };
    const done = await change.run(() =>
      what === 'default'
        ? call('Ram', 'SetDefaultPolicyVersion', named)
        : call('Ram', 'DeletePolicyVersion', named),
    );
    if (!done) return;
    message.success(t(what === 'default' ? 'versions.broughtBack' : 'versions.deleted', { version }));
    setPending(undefined);
    setCompared(undefined);
  }

  const title = t(pending?.what === 'delete' ? 'versions.deleteTitle' : 'versions.bringBack');
  return (
    <section className="surface" aria-labelledby="policy-versions">
      <div className="section-head">
        <h2 id="policy-versions">{t('versions.title')}</h2>
        <p>{t('versions.lead')}</p>
      </div>
      <ResourceTable
        name="versions-"
        label={t('versions.title')}
        rows={versions}
        columns={columns}
        rowKey={(version) => version.VersionId ?? ''}
        rowName={(version) => version.VersionId ?? ''}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        searchable={false}
      />
      {compared !== undefined && current !== undefined && (
        <VersionDiff policyName={policyName} policyType={policyType} from={compared} to={current} />
      )}
      <ConfirmDialog
        open={pending !== undefined}
        title={title}
        confirmText={title}
        danger={pending?.what === 'delete'}
        running={change.running}
        error={change.error}
        onCancel={() => setPending(undefined)}
        onConfirm={() => pending && void confirm(pending)}
      >
        {pending?.what === 'delete'
          ? t('versions.deleteText', { version: pending.version })
          : t('versions.bringBackText', { version: pending?.version })}
      </ConfirmDialog>
    </section>
  );
}
