import { Alert, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { ChoiceField, NumberField, SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Idle periods that the server accepts, in days. */
const IDLE_DAYS = [90, 180, 365, 730] as const;

/** `adaptive` counts as `independent`: shown only where it was set by the API. */
const MFA_OPTIONS = ['mandatory', 'independent', 'adaptive'] as const;

/**
 * Settings of the security preference: sign-in and self-management of users. Those that the server stores without any
 * effect are left out, and keep their value: RAM's clients set them.
 */
export function SecurityPreference() {
  const { t } = useTranslation(['settings', 'shell']);
  const query = useCall('Ims', 'GetSecurityPreference', {});
  const preference = query.data?.SecurityPreference;
  if (preference === undefined) {
    return query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  const values = {
    ...preference.LoginProfilePreference,
    ...preference.AccessKeyPreference,
    ...preference.MFAPreference,
    ...preference.MaxIdleDays,
  };
  const idle = IDLE_DAYS.map((value) => ({ value, label: t('security.days', { count: value }) }));
  return (
    <section className="surface" aria-label={t('tab.security')}>
      <SettingsForm
        values={values}
        save={({ LoginNetworkMasks = '', ...rest }) =>
          call('Ims', 'SetSecurityPreference', { ...rest, LoginNetworkMasks: LoginNetworkMasks.trim() })
        }
      >
        <fieldset className="plain">
          <legend>{t('security.signIn')}</legend>
          <ChoiceField
            name="MFAOperationForLogin"
            label={t('security.mfa')}
            options={MFA_OPTIONS.filter(
              (value) => value !== 'adaptive' || values.MFAOperationForLogin === value,
            ).map((value) => ({ value, label: t(`security.mfaOption.${value}`) }))}
          />
          <SwitchField
            name="EnableSaveMFATicket"
            label={t('security.saveTicket')}
            hint={t('security.saveTicketHint')}
          />
          <SwitchField name="AllowUserToLoginWithPasskey" label={t('security.passkey')} />
          <NumberField
            name="LoginSessionDuration"
            label={t('security.session')}
            hint={t('security.sessionHint')}
            min={1}
            max={24}
          />
          <Form.Item
            name="LoginNetworkMasks"
            label={t('security.masks')}
            extra={t('security.masksHint')}
            rules={[{ max: 512 }]}
          >
            <Input.TextArea rows={2} spellCheck={false} placeholder="10.0.0.0/8;192.168.1.7" />
          </Form.Item>
        </fieldset>
        <fieldset className="plain">
          <legend>{t('security.self')}</legend>
          <SwitchField name="AllowUserToChangePassword" label={t('security.ownPassword')} />
          <SwitchField
            name="AllowUserToManageMFADevices"
            label={t('security.ownDevices')}
            hint={t('security.ownDevicesHint')}
          />
          <SwitchField
            name="AllowUserToManageAccessKeys"
            label={t('security.ownKeys')}
            hint={
              <Alert
                type="warning"
                showIcon
                title={t('security.ownKeysWarning')}
                description={t('security.ownKeysInstead')}
              />
            }
          />
          <SwitchField
            name="AllowUserToManageServiceCredentials"
            label={t('security.ownServiceCredentials')}
          />
        </fieldset>
        <fieldset className="plain">
          <legend>{t('security.idle')}</legend>
          <ChoiceField
            name="MaxIdleDaysForAccessKeys"
            label={t('security.idleKeys')}
            hint={t('security.idleKeysHint')}
            options={idle}
          />
          <ChoiceField
            name="MaxIdleDaysForUsers"
            label={t('security.idleUsers')}
            hint={t('security.idleUsersHint')}
            options={idle}
          />
        </fieldset>
      </SettingsForm>
    </section>
  );
}
