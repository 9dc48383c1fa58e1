import { Alert, App, Button, Checkbox, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatDocument } from '../../components/policy-editor/format-document.ts';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { DocumentForm } from './document-form.tsx';

/** Default version of a policy; editing creates a new version. */
export function DocumentTab({
  policyName,
  isCustom,
  document,
}: {
  readonly policyName: string;
  readonly isCustom: boolean;
  readonly document: string;
}) {
  const { t } = useTranslation(['policies', 'shell']);
  const { message } = App.useApp();
  const change = useChange();
  const [text, setText] = useState<string>();
  const [dropOldest, setDropOldest] = useState(true);
  const stored = formatDocument(document);

  async function save(): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'CreatePolicyVersion', {
        PolicyName: policyName,
        PolicyDocument: text,
        SetAsDefault: true,
        RotateStrategy: dropOldest ? 'DeleteOldestNonDefaultVersionWhenLimitExceeded' : 'None',
      }),
    );
    if (!done) return;
    message.success(t('newVersion', { version: done.PolicyVersion?.VersionId }));
    setText(undefined);
  }

  return (
    <section className="surface" aria-labelledby="policy-document">
      <div className="section-head">
        <h2 id="policy-document">{t('document')}</h2>
        {isCustom && text === undefined && <Button onClick={() => setText(stored)}>{t('shell:edit')}</Button>}
      </div>
      {text === undefined ? (
        <PolicyDocument label={t('document')} text={stored} />
      ) : (
        <>
          <Alert type="info" showIcon title={t('editInfo')} />
          <DocumentForm text={text} onChange={setText} />
          <Checkbox checked={dropOldest} onChange={({ target }) => setDropOldest(target.checked)}>
            {t('dropOldest')}
          </Checkbox>
          <ErrorNotice error={change.error} />
          <Space>
            <Button
              type="primary"
              loading={change.running}
              disabled={text === stored}
              onClick={() => void save()}
            >
              {t('shell:save')}
            </Button>
            <Button
              onClick={() => {
                change.reset();
                setText(undefined);
              }}
            >
              {t('shell:cancel')}
            </Button>
          </Space>
        </>
      )}
    </section>
  );
}
