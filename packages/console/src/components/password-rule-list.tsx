import { useTranslation } from 'react-i18next';
import type { PasswordRules } from '../api/claviger-operations.ts';

/** Default number of character kinds in a password; RAM's password policy has no field for it. */
const DEFAULT_KINDS = 2;

/** List of the rules for a new password. */
export function PasswordRuleList({ rules }: { readonly rules: PasswordRules }) {
  const { t } = useTranslation();
  const lines = [
    rules.MinimumPasswordLength && t('passwordRule.length', { count: rules.MinimumPasswordLength }),
    t('passwordRule.kinds', { count: rules.KindsOfCharacters ?? DEFAULT_KINDS }),
    rules.RequireLowercaseCharacters && t('passwordRule.lower'),
    rules.RequireUppercaseCharacters && t('passwordRule.upper'),
    rules.RequireNumbers && t('passwordRule.number'),
    rules.RequireSymbols && t('passwordRule.symbol'),
    rules.MinimumPasswordDifferentCharacter &&
      t('passwordRule.different', { count: rules.MinimumPasswordDifferentCharacter }),
    rules.PasswordNotContainUserName && t('passwordRule.userName'),
    rules.PasswordReusePrevention && t('passwordRule.reuse', { count: rules.PasswordReusePrevention }),
    rules.InterceptRiskPasswordOnApi && t('passwordRule.wellKnown'),
  ].filter((line) => typeof line === 'string');
  if (lines.length === 0) return null;
  return (
    <ul className="password-rules">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
