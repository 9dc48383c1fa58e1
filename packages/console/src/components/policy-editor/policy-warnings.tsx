import { Alert } from 'antd';
import type { TFunction } from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PolicyFault } from '../../api/claviger-operations.ts';
import { type PolicyKind, validatePolicy } from './validate-policy.ts';

/** Pause in typing before the document is validated, in milliseconds. */
const PAUSE_MS = 350;

/** Returns the translated message of a fault, or that of the server without a translation. */
export function faultText({ Code, Subject, Message }: PolicyFault, t: TFunction): string {
  if (Code === undefined) return Message;
  return t(`policyEditor.warnings.${Code}`, { subject: Subject, defaultValue: Message });
}

/**
 * List of warnings for a valid policy document. Empty while the document has faults, which the editor shows at their
 * position.
 */
export function PolicyWarnings({ text, kind }: { readonly text: string; readonly kind: PolicyKind }) {
  const { t } = useTranslation();
  const [warnings, setWarnings] = useState<readonly PolicyFault[]>([]);

  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      validatePolicy(text, kind).then(
        (faults) => {
          if (current) setWarnings(faults.filter(({ Severity }) => Severity === 'warning'));
        },
        () => {
          if (current) setWarnings([]);
        },
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, kind]);

  if (warnings.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('policyEditor.warningsTitle', { count: warnings.length })}
      description={
        <ul>
          {warnings.map((warning) => (
            <li key={`${warning.Code} ${warning.Line}:${warning.Column} ${warning.Subject}`}>
              {t('policyEditor.atLine', { line: warning.Line, text: faultText(warning, t) })}
            </li>
          ))}
        </ul>
      }
    />
  );
}
