import { App, Button, Space, Tabs, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AttachedTo } from './attached-to.tsx';
import { deletePolicy } from './delete-policy.ts';
import { DescriptionDialog } from './description-dialog.tsx';
import { DocumentTab } from './document-tab.tsx';
import { Versions } from './versions.tsx';

/** A policy: what it says, its versions, and to whom it is attached. */
export function Component() {
  const { t } = useTranslation(['policies', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { policyType = '', policyName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ram', 'GetPolicy', { PolicyName: policyName, PolicyType: policyType });
  const change = useChange();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const trail = [{ label: t('title'), to: '/policies' }];
  const policy = query.data?.Policy;
  const isCustom = policyType === 'Custom';

  async function remove(): Promise<void> {
    const done = await change.run(async () => {
      await deletePolicy(policyName);
      return true;
    });
    if (!done) return;
    message.success(t('deleted', { count: 1 }));
    void navigate('/policies');
  }

  if (policy === undefined) {
    return (
      <Page title={policyName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  const attached = policy.AttachmentCount ?? 0;
  const reason = isCustom ? (attached > 0 ? t('attachedStays') : undefined) : t('systemStays');
  return (
    <Page
      title={policyName}
      trail={trail}
      actions={
        <Space wrap>
          {isCustom && <Button onClick={() => setOpen('edit')}>{t('editDescription')}</Button>}
          <Tooltip title={reason}>
            <Button danger disabled={reason !== undefined} onClick={() => setOpen('delete')}>
              {t('delete')}
            </Button>
          </Tooltip>
        </Space>
      }
    >
      <div className="surface">
        <Facts
          rows={[
            [t('field.type'), <Tag key="type">{t(isCustom ? 'type.Custom' : 'type.System')}</Tag>],
            [t('field.description'), policy.Description],
            [t('field.version'), policy.DefaultVersion],
            [t('field.attached'), format.number(attached)],
            [t('field.updated'), format.moment(policy.UpdateDate)],
          ]}
        />
      </div>
      <Tabs
        activeKey={address.get('tab') ?? 'document'}
        onChange={(tab) => setAddress(tab === 'document' ? {} : { tab })}
        items={[
          {
            key: 'document',
            label: t('document'),
            children: (
              <DocumentTab
                policyName={policyName}
                isCustom={isCustom}
                document={query.data?.DefaultPolicyVersion?.PolicyDocument ?? ''}
              />
            ),
          },
          {
            key: 'versions',
            label: t('versions.title'),
            children: <Versions policyName={policyName} policyType={policyType} />,
          },
          {
            key: 'attached',
            label: t('attachedTo.title'),
            children: <AttachedTo policyName={policyName} policyType={policyType} />,
          },
        ]}
      />
      {open === 'edit' && (
        <DescriptionDialog
          policyName={policyName}
          description={policy.Description ?? ''}
          onClosed={() => setOpen(undefined)}
        />
      )}
      <ConfirmDialog
        open={open === 'delete'}
        title={t('delete')}
        confirmText={t('delete')}
        typed={policyName}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void remove()}
      >
        {t('deleteText', { count: 1, names: policyName })}
      </ConfirmDialog>
    </Page>
  );
}
