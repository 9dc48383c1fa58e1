import { Alert, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PolicyEditor } from '../../components/policy-editor/policy-editor.tsx';
import { PolicyWarnings } from '../../components/policy-editor/policy-warnings.tsx';
import { UnknownActions } from '../../components/policy-editor/unknown-actions.tsx';
import { useSession } from '../../session/use-session.ts';
import { PolicyBuilder } from './policy-builder.tsx';
import { TEMPLATES, type TemplateName, withTemplate } from './policy-templates.ts';

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
  const { AccountId: accountId } = useSession().Principal;
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
      <Select
        aria-label={t('template.label')}
        placeholder={t('template.label')}
        value={null}
        popupMatchSelectWidth={false}
        onChange={(name: TemplateName | null) =>
          name !== null && onChange(withTemplate(text, name, accountId))
        }
        options={TEMPLATES.map((name) => ({ value: name, label: t(`template.${name}`) }))}
      />
      {view === 'visual' ? (
        <PolicyBuilder text={text} onChange={onChange} />
      ) : (
        <>
          <PolicyEditor label={t('document')} kind="identity" value={text} onChange={onChange} />
          <Alert type="info" title={t('builder.sameText')} />
        </>
      )}
      <UnknownActions text={text} />
      <PolicyWarnings text={text} kind="identity" />
    </div>
  );
}
