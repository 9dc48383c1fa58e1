import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useCall } from '../../api/use-call.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { formatDocument } from '../../components/policy-editor/format-document.ts';
import { JSON_EXTENSIONS } from '../../components/policy-editor/json-extensions.ts';
import '../../components/policy-editor/policy-editor.css';

/** Two versions of a policy side by side, with highlighted differences. */
export function VersionDiff({
  policyName,
  policyType,
  from,
  to,
}: {
  readonly policyName: string;
  readonly policyType: string;
  readonly from: string;
  readonly to: string;
}) {
  const { t } = useTranslation('policies');
  const named = { PolicyName: policyName, PolicyType: policyType };
  const earlier = useCall('Ram', 'GetPolicyVersion', { ...named, VersionId: from });
  const present = useCall('Ram', 'GetPolicyVersion', { ...named, VersionId: to });
  const place = useRef<HTMLDivElement>(null);
  const before = earlier.data?.PolicyVersion?.PolicyDocument;
  const after = present.data?.PolicyVersion?.PolicyDocument;
  const labelBefore = t('versions.versionNumber', { version: from });
  const labelAfter = t('versions.versionNumber', { version: to });

  useEffect(() => {
    if (place.current === null || before === undefined || after === undefined) return;
    const side = (text: string, label: string) => ({
      doc: formatDocument(text),
      extensions: [
        ...JSON_EXTENSIONS,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label }),
      ],
    });
    const view = new MergeView({
      a: side(before, labelBefore),
      b: side(after, labelAfter),
      parent: place.current,
    });
    return () => view.destroy();
  }, [before, after, labelBefore, labelAfter]);

  return (
    <section aria-label={t('versions.diff', { from, to })}>
      <h3>{t('versions.diff', { from, to })}</h3>
      <ErrorNotice error={earlier.error ?? present.error} />
      {(earlier.isLoading || present.isLoading) && <Loading />}
      <div ref={place} className="policy-editor" />
    </section>
  );
}
