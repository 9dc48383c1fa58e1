import { Alert, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { ChoiceField, NumberField, SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Idle periods that the server accepts, in days. */
const IDLE_DAYS = [90, 180, 365, 730] as const;

const VERIFICATION_TYPES = ['sms', 'email'] as const;

/** Settings of the security preference: sign-in and self-management of users. */
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
    ...preference.PersonalInfoPreference,
    ...preference.MaxIdleDays,
    VerificationTypes: preference.VerificationPreference?.VerificationTypes ?? [],
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
            options={(['mandatory', 'independent', 'adaptive'] as const).map((value) => ({
              value,
              label: t(`security.mfaOption.${value}`),
            }))}
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
          <ChoiceField
            name="OperationForRiskLogin"
            label={t('security.risk')}
            options={(['autonomous', 'enforceVerify'] as const).map((value) => ({
              value,
              label: t(`security.riskOption.${value}`),
            }))}
          />
          <Form.Item name="VerificationTypes" label={t('security.verification')}>
            <Select
              mode="multiple"
              options={VERIFICATION_TYPES.map((value) => ({
                value,
                label: t(`security.verificationType.${value}`),
              }))}
            />
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
          <SwitchField name="AllowUserToManagePersonalDingTalk" label={t('security.ownDingTalk')} />
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
