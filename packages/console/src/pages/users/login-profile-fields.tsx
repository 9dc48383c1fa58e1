import { Checkbox, Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { useCall } from '../../api/use-call.ts';
import { PasswordRuleList } from '../../components/password-rule-list.tsx';

/** Values of the console sign-in of a user. */
export interface LoginProfileInput {
  readonly passwordKind: 'generate' | 'choose' | 'keep';
  readonly password?: string;
  readonly resetRequired: boolean;
  readonly mfaRequired: boolean;
}

/**
 * Fields for the password and the sign-in rules of a user.
 * @param canKeep whether the user has a password
 */
export function LoginProfileFields({ canKeep }: { readonly canKeep: boolean }) {
  const { t } = useTranslation(['users', 'shell']);
  const kind = Form.useWatch<string>('passwordKind');
  const policy = useCall('Ims', 'GetPasswordPolicy', {}, { enabled: kind === 'choose' });
  return (
    <>
      <Form.Item name="passwordKind" label={t('signIn.password')}>
        <Radio.Group
          options={[
            ...(canKeep ? [{ value: 'keep', label: t('signIn.keep') }] : []),
            { value: 'generate', label: t('signIn.generate') },
            { value: 'choose', label: t('signIn.choose') },
          ]}
        />
      </Form.Item>
      {kind === 'choose' && (
        <>
          <PasswordRuleList rules={policy.data?.PasswordPolicy ?? {}} />
          <Form.Item
            name="password"
            label={t('signIn.newPassword')}
            rules={[{ required: true, message: t('shell:required') }]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        </>
      )}
      <Form.Item name="resetRequired" className="tight" valuePropName="checked">
        <Checkbox>{t('signIn.resetRequired')}</Checkbox>
      </Form.Item>
      <Form.Item name="mfaRequired" className="tight" valuePropName="checked">
        <Checkbox>{t('signIn.mfaRequired')}</Checkbox>
      </Form.Item>
    </>
  );
}
