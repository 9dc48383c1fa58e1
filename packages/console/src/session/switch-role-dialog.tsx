import { Button, Form, Input, Modal, Space } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useChange } from '../api/use-change.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { noteRecentRole, type RecentRole, recentRoles } from './recent-roles.ts';
import { useSession } from './use-session.ts';

interface Fields {
  readonly account?: string;
  readonly name: string;
}

/** Dialog to switch to a role: its account and name, and the roles of lately. */
export function SwitchRoleDialog({ onClosed }: { readonly onClosed: () => void }) {
  const { t } = useTranslation();
  const { Principal } = useSession();
  const userId = Principal.UserId ?? '';
  const formId = useId();
  const change = useChange();
  const recent = recentRoles(userId);

  async function switchTo({ account, name }: RecentRole): Promise<void> {
    const done = await change.run(() =>
      call('Claviger', 'SwitchRole', {
        RoleName: name,
        ...(account !== '' && { RoleAccount: account }),
      }),
    );
    if (!done) return;
    noteRecentRole(userId, { account, name });
    // Everything on the page belongs to the user.
    window.location.assign('/');
  }

  return (
    <Modal
      open
      title={t('switchRole.title')}
      okText={t('switchRole.switch')}
      cancelText={t('cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <p>{t('switchRole.text')}</p>
      <Form<Fields>
        id={formId}
        layout="vertical"
        requiredMark={false}
        onFinish={({ account = '', name }) => void switchTo({ account: account.trim(), name: name.trim() })}
      >
        <Form.Item name="account" label={t('switchRole.account')} extra={t('switchRole.accountHint')}>
          <Input placeholder={Principal.AccountId} autoComplete="off" maxLength={64} />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('switchRole.name')}
          rules={[{ required: true, message: t('required') }]}
        >
          <Input autoFocus autoComplete="off" maxLength={64} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
      {recent.length > 0 && (
        <section aria-labelledby={`${formId}-recent`}>
          <h3 id={`${formId}-recent`}>{t('switchRole.recent')}</h3>
          <Space wrap>
            {recent.map((role) => (
              <Button
                key={`${role.account}/${role.name}`}
                disabled={change.running}
                onClick={() => void switchTo(role)}
              >
                {role.account === '' ? role.name : `${role.name} (${role.account})`}
              </Button>
            ))}
          </Space>
        </section>
      )}
    </Modal>
  );
}
