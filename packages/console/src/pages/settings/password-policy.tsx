import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { NumberField, SwitchField } from './setting-fields.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Settings of the password policy. */
export function PasswordPolicy() {
  const { t } = useTranslation('settings');
  const query = useCall('Ims', 'GetPasswordPolicy', {});
  const policy = query.data?.PasswordPolicy;
  if (policy === undefined) {
    return query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  return (
    <section className="surface" aria-label={t('tab.password')}>
      <SettingsForm values={policy} save={(fields) => call('Ims', 'SetPasswordPolicy', fields)}>
        <fieldset className="plain">
          <legend>{t('password.form')}</legend>
          <NumberField name="MinimumPasswordLength" label={t('password.length')} min={8} max={32} />
          <SwitchField name="RequireLowercaseCharacters" label={t('password.lower')} />
          <SwitchField name="RequireUppercaseCharacters" label={t('password.upper')} />
          <SwitchField name="RequireNumbers" label={t('password.digit')} />
          <SwitchField name="RequireSymbols" label={t('password.symbol')} />
          <NumberField
            name="MinimumPasswordDifferentCharacter"
            label={t('password.different')}
            min={0}
            max={8}
          />
          <SwitchField name="PasswordNotContainUserName" label={t('password.noUserName')} />
          <SwitchField
            name="InterceptRiskPasswordOnApi"
            label={t('password.wellKnown')}
            hint={t('password.wellKnownHint')}
          />
        </fieldset>
        <fieldset className="plain">
          <legend>{t('password.life')}</legend>
          <NumberField
            name="MaxPasswordAge"
            label={t('password.age')}
            hint={t('password.ageHint')}
            min={0}
            max={1095}
          />
          <SwitchField name="HardExpire" label={t('password.hard')} hint={t('password.hardHint')} />
          <NumberField
            name="InitialPasswordAge"
            label={t('password.initial')}
            hint={t('password.initialHint')}
            min={0}
            max={90}
          />
          <NumberField
            name="PasswordReusePrevention"
            label={t('password.reuse')}
            hint={t('password.reuseHint')}
            min={0}
            max={24}
          />
          <NumberField
            name="MaxLoginAttemps"
            label={t('password.attempts')}
            hint={t('password.attemptsHint')}
            min={0}
            max={32}
          />
        </fieldset>
      </SettingsForm>
    </section>
  );
}
