import { useTranslation } from 'react-i18next';
import type { PasswordRules } from '../api/claviger-operations.ts';

/** What a new password must be like, in words. */
export function PasswordRuleList({ rules }: { readonly rules: PasswordRules }) {
  const { t } = useTranslation();
  const lines = [
    rules.MinimumPasswordLength && t('passwordRule.length', { count: rules.MinimumPasswordLength }),
    rules.RequireLowercaseCharacters && t('passwordRule.lower'),
    rules.RequireUppercaseCharacters && t('passwordRule.upper'),
    rules.RequireNumbers && t('passwordRule.number'),
    rules.RequireSymbols && t('passwordRule.symbol'),
    rules.MinimumPasswordDifferentCharacter &&
      t('passwordRule.different', { count: rules.MinimumPasswordDifferentCharacter }),
    rules.PasswordNotContainUserName && t('passwordRule.userName'),
    rules.PasswordReusePrevention && t('passwordRule.reuse', { count: rules.PasswordReusePrevention }),
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
