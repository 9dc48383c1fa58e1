import { App, Form, Input, Modal } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { User } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { UserFields } from './user-fields.tsx';
import { USER_NAME_PATTERN, userNameOf } from './user-name.ts';

interface Fields {
  readonly userName: string;
  readonly displayName: string;
  readonly email?: string;
  readonly mobile?: string;
  readonly comments?: string;
}

/** Dialog to change a user. A renamed user keeps its keys and permissions. */
export function UserEditDialog({ user, onClosed }: { readonly user: User; readonly onClosed: () => void }) {
  const { t } = useTranslation(['users', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();
  const loginName = user.UserPrincipalName ?? '';
  const userName = userNameOf(loginName);
  const domain = loginName.slice(userName.length);

  async function save(fields: Fields): Promise<void> {
    const done = await change.run(() =>
      call('Ims', 'UpdateUser', {
        UserId: user.UserId,
        ...(fields.userName !== userName && { NewUserPrincipalName: fields.userName + domain }),
        NewDisplayName: fields.displayName,
        NewEmail: fields.email ?? '',
        NewMobilePhone: fields.mobile ?? '',
        NewComments: fields.comments ?? '',
      }),
    );
    if (!done) return;
    message.success(t('edit.saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('edit.title')}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form<Fields>
        id={formId}
        layout="vertical"
        initialValues={{
          userName,
          displayName: user.DisplayName,
          email: user.Email,
          mobile: user.MobilePhone,
          comments: user.Comments,
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="userName"
          label={t('field.loginName')}
          rules={[{ required: true, pattern: USER_NAME_PATTERN, message: t('rule.userName') }]}
        >
          <Input suffix={<span className="login-domain">{domain}</span>} spellCheck={false} />
        </Form.Item>
        <UserFields />
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
