import { Button, Space, Tabs, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { usePolicyDescription } from '../../components/use-policy-description.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AttachedTo } from './attached-to.tsx';
import { deletePolicy } from './delete-policy.ts';
import { DescriptionDialog } from './description-dialog.tsx';
import { DocumentTab } from './document-tab.tsx';
import { Versions } from './versions.tsx';

/** Page of a policy: document, versions, attachments. */
export function Component() {
  const { t } = useTranslation(['policies', 'shell']);
  const describe = usePolicyDescription();
  const format = useFormat();
  const navigate = useNavigate();
  const { policyType = '', policyName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ram', 'GetPolicy', { PolicyName: policyName, PolicyType: policyType });
  const deletion = useDeletion<string>({
    nameOf: (name) => name,
    remove: (name) => deletePolicy(name),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
    typed: true,
    onDeleted: () => void navigate('/policies'),
  });
  const [editing, setEditing] = useState(false);
  const trail = [{ label: t('title'), to: '/policies' }];
  const policy = query.data?.Policy;
  const isCustom = policyType === 'Custom';

  if (policy === undefined) {
    return (
      <Page title={policyName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />}
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
          {isCustom && <Button onClick={() => setEditing(true)}>{t('editDescription')}</Button>}
          <Tooltip title={reason}>
            <Button danger disabled={reason !== undefined} onClick={() => deletion.ask([policyName])}>
              {t('delete')}
            </Button>
          </Tooltip>
        </Space>
      }
    >
      <div className="surface">
        <DescriptionList
          rows={[
            [t('field.type'), <Tag key="type">{t(isCustom ? 'type.Custom' : 'type.System')}</Tag>],
            [t('field.description'), describe(policy)],
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
      {editing && (
        <DescriptionDialog
          policyName={policyName}
          description={policy.Description ?? ''}
          onClosed={() => setEditing(false)}
        />
      )}
      {deletion.dialog}
    </Page>
  );
}
