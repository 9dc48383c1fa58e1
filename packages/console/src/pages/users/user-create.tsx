import { Alert, App, Button, Checkbox, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import { CreateAccessKey } from '../access-keys/create-access-key.tsx';
import { LoginProfileFields, type LoginProfileInput } from './login-profile-fields.tsx';
import { NewPasswordDialog } from './new-password-dialog.tsx';
import { suitablePassword } from './suitable-password.ts';
import { UserFields } from './user-fields.tsx';
import { USER_NAME_PATTERN } from './user-name.ts';
import '../access-keys/access-keys.css';

interface Fields extends LoginProfileInput {
  readonly userName: string;
  readonly displayName: string;
  readonly email?: string;
  readonly mobile?: string;
  readonly comments?: string;
  readonly console: boolean;
  readonly programmatic: boolean;
}

/** Remaining steps for a created user. */
interface Created {
  readonly userId: string;
  readonly loginName: string;
  /** Shown once; undefined without a password or after it was shown. */
  readonly password: string | undefined;
  readonly programmatic: boolean;
}

/** Page to create a user, optionally with console sign-in and AccessKey. */
export function Component() {
  const { t } = useTranslation(['users', 'shell']);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { DefaultDomain } = useSession();
  const change = useChange();
  const [form] = Form.useForm<Fields>();
  const [created, setCreated] = useState<Created>();
  const withConsole = Form.useWatch('console', form);
  const programmatic = Form.useWatch('programmatic', form);

  async function create(fields: Fields): Promise<void> {
    const loginName = `${fields.userName}@${DefaultDomain}`;
    const password = fields.passwordKind === 'choose' ? fields.password : await suitablePassword();
    const made = await change.run(() =>
      call('Ims', 'CreateUser', {
        UserPrincipalName: loginName,
        DisplayName: fields.displayName,
        Email: fields.email,
        MobilePhone: fields.mobile,
        Comments: fields.comments,
      }),
    );
    const userId = made?.User?.UserId;
    if (userId === undefined) return;
    message.success(t('created'));
    const signsIn =
      fields.console &&
      (await change.run(() =>
        call('Ims', 'CreateLoginProfile', {
          UserPrincipalName: loginName,
          Password: password,
          PasswordResetRequired: fields.resetRequired,
          MFABindRequired: fields.mfaRequired,
        }),
      ));
    // The user exists: a later error is shown on its page, where the step can be repeated.
    if (fields.console && !signsIn) {
      message.warning(t('signIn.failed'));
      void navigate(`/users/${userId}`);
      return;
    }
    const shown = fields.console && fields.passwordKind === 'generate' ? password : undefined;
    if (shown === undefined && !fields.programmatic) void navigate(`/users/${userId}`);
    else setCreated({ userId, loginName, password: shown, programmatic: fields.programmatic });
  }

  return (
    <Page title={t('create')} trail={[{ label: t('title'), to: '/users' }]} description={t('createLead')}>
      <div className="surface">
        <Form<Fields>
          form={form}
          layout="vertical"
          className="narrow-form"
          initialValues={{
            console: false,
            programmatic: false,
            passwordKind: 'generate',
            resetRequired: true,
            mfaRequired: true,
          }}
          onFinish={(fields) => void create(fields)}
        >
          <Form.Item
            name="userName"
            label={t('field.loginName')}
            extra={t('rule.userName')}
            rules={[{ required: true, pattern: USER_NAME_PATTERN, message: t('rule.userName') }]}
          >
            <Input
              suffix={<span className="login-domain">@{DefaultDomain}</span>}
              autoComplete="off"
              spellCheck={false}
              autoCapitalize="none"
            />
          </Form.Item>
          <UserFields />
          <fieldset className="plain">
            <legend>{t('access.title')}</legend>
            <Form.Item name="console" valuePropName="checked" extra={t('access.consoleHint')}>
              <Checkbox>{t('access.console')}</Checkbox>
            </Form.Item>
            {withConsole && (
              <div className="indented">
                <LoginProfileFields canKeep={false} />
              </div>
            )}
            <Form.Item name="programmatic" valuePropName="checked" extra={t('access.programmaticHint')}>
              <Checkbox>{t('access.programmatic')}</Checkbox>
            </Form.Item>
            {withConsole && programmatic && <Alert type="warning" showIcon title={t('access.both')} />}
          </fieldset>
          <ErrorNotice error={change.error} />
          <Space className="space-above">
            <Button type="primary" htmlType="submit" loading={change.running}>
              {t('create')}
            </Button>
            <Button onClick={() => void navigate('/users')}>{t('shell:cancel')}</Button>
          </Space>
        </Form>
      </div>
      {created?.password !== undefined && (
        <NewPasswordDialog
          loginName={created.loginName}
          password={created.password}
          onClosed={() => {
            if (created.programmatic) setCreated({ ...created, password: undefined });
            else void navigate(`/users/${created.userId}`);
          }}
        />
      )}
      {created !== undefined && created.password === undefined && (
        <CreateAccessKey
          owner={{ kind: 'user', userId: created.userId, loginName: created.loginName }}
          onClosed={() => void navigate(`/users/${created.userId}`)}
        />
      )}
    </Page>
  );
}
