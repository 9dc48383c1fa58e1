import { Alert, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PolicyEditor } from '../../components/policy-editor/policy-editor.tsx';
import { PolicyWarnings } from '../../components/policy-editor/policy-warnings.tsx';
import { PolicyBuilder } from './policy-builder.tsx';

/** Form for a policy document with two views of the same text: visual builder and JSON. */
export function DocumentForm({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { t } = useTranslation('policies');
  const [view, setView] = useState<'visual' | 'json'>('visual');
  return (
    <div className="document-form">
      <Segmented
        aria-label={t('builder.view')}
        value={view}
        onChange={setView}
        options={[
          { value: 'visual', label: t('builder.visual') },
          { value: 'json', label: t('builder.json') },
        ]}
      />
      {view === 'visual' ? (
        <PolicyBuilder text={text} onChange={onChange} />
      ) : (
        <>
          <PolicyEditor label={t('document')} kind="identity" value={text} onChange={onChange} />
          <Alert type="info" title={t('builder.sameText')} />
        </>
      )}
      <PolicyWarnings text={text} kind="identity" />
    </div>
  );
}
