import { Alert, Tag } from 'antd';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SimulatedStatement } from '../../api/claviger-operations.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { highlightDocument } from './highlighted-document.ts';

type Decision = AnswerOf<'Claviger', 'Simulate'>;
type Document = NonNullable<Decision['Documents']>[number];

const ALERT_TYPES = { Allow: 'success', ExplicitDeny: 'error', ImplicitDeny: 'warning' } as const;

/** Simulated decision, with its decisive statements highlighted in their documents. */
export function SimulatedDecision({ decision }: { readonly decision: Decision }) {
  const { t } = useTranslation('simulator');
  const place = useRef<HTMLElement>(null);
  // In braces: newer browsers return a promise here, which must not become the cleanup function.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const statements = decision.Statements ?? [];
  return (
    <section ref={place} className="surface" aria-labelledby="decision" aria-live="polite">
      <h2 id="decision">{t('decision')}</h2>
      <Alert
        type={ALERT_TYPES[decision.Effect]}
        showIcon
        title={t(`effect.${decision.Effect}`)}
        description={t(`because.${decision.Effect}`)}
      />
      {statements.length > 0 && (
        <ul className="simulated-statements">
          {statements.map((statement) => (
            <Statement key={keyOf(statement)} statement={statement} />
          ))}
        </ul>
      )}
      {(decision.StatementsLeftOut ?? 0) > 0 && (
        <p className="quiet">{t('leftOut', { count: decision.StatementsLeftOut ?? 0 })}</p>
      )}
      {(decision.Documents ?? []).map((document) => (
        <LitUp
          key={`${document.PolicyType}/${document.PolicyName}/${document.VersionId}`}
          document={document}
          statements={statements}
        />
      ))}
    </section>
  );
}

const keyOf = ({ PolicyType, PolicyName, VersionId, Index }: SimulatedStatement): string =>
  `${PolicyType}/${PolicyName}/${VersionId}/${Index}`;

function Statement({ statement }: { readonly statement: SimulatedStatement }) {
  const { t } = useTranslation('simulator');
  return (
    <li>
      <Tag color={statement.Effect === 'Allow' ? 'success' : 'error'}>{statement.Effect}</Tag>
      <strong>{t('statement', { policy: statement.PolicyName, number: statement.Index + 1 })}</strong>{' '}
      {statement.Decisive && <Tag color="processing">{t('decisive')}</Tag>}
      {statement.Reasons.map((reason) => (
        <p key={reason} className="quiet" lang="en">
          {reason}
        </p>
      ))}
    </li>
  );
}

function LitUp({
  document,
  statements,
}: {
  readonly document: Document;
  readonly statements: readonly SimulatedStatement[];
}) {
  const { t } = useTranslation('simulator');
  const { text, highlighted } = useMemo(
    () =>
      highlightDocument(
        document.PolicyDocument,
        statements
          .filter(
            (statement) =>
              statement.Matched &&
              statement.PolicyName === document.PolicyName &&
              statement.PolicyType === document.PolicyType,
          )
          .map(({ Index: index, Effect: effect, Line: line, EndLine: endLine }) => ({
            index,
            effect,
            line,
            endLine,
          })),
      ),
    [document, statements],
  );
  const title = t('documentOf', { policy: document.PolicyName });
  return (
    <>
      <h3>{title}</h3>
      <PolicyDocument label={title} text={text} highlighted={highlighted} />
    </>
  );
}
