import { App, Button, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { Role } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatDocument } from '../../components/policy-editor/format-document.ts';
import { PolicyDocument } from '../../components/policy-editor/policy-document.tsx';
import { PolicyEditor } from '../../components/policy-editor/policy-editor.tsx';
import { PolicyWarnings } from '../../components/policy-editor/policy-warnings.tsx';

/** Trust policy of a role, edited in place. */
export function TrustTab({ role }: { readonly role: Role }) {
  const { t } = useTranslation(['roles', 'shell']);
  const { message } = App.useApp();
  const change = useChange();
  const stored = formatDocument(role.AssumeRolePolicyDocument ?? '');
  const [text, setText] = useState<string>();

  async function save(): Promise<void> {
    const done = await change.run(() =>
      call('Ram', 'UpdateRole', { RoleName: role.RoleName, NewAssumeRolePolicyDocument: text }),
    );
    if (!done) return;
    message.success(t('saved'));
    setText(undefined);
  }

  return (
    <section className="surface" aria-labelledby="role-trust">
      <div className="section-head">
        <h2 id="role-trust">{t('trust.document')}</h2>
        {role.IsServiceLinkedRole === true ? null : text === undefined ? (
          <Button onClick={() => setText(stored)}>{t('shell:edit')}</Button>
        ) : (
          <Space>
            <Button
              onClick={() => {
                change.reset();
                setText(undefined);
              }}
            >
              {t('shell:cancel')}
            </Button>
            <Button type="primary" loading={change.running} onClick={() => void save()}>
              {t('shell:save')}
            </Button>
          </Space>
        )}
        <p>{t(role.IsServiceLinkedRole === true ? 'linkedLead' : 'trust.lead')}</p>
      </div>
      <ErrorNotice error={change.error} />
      {text === undefined ? (
        <PolicyDocument label={t('trust.document')} text={stored} />
      ) : (
        <>
          <PolicyEditor label={t('trust.document')} kind="trust" value={text} onChange={setText} />
          <PolicyWarnings text={text} kind="trust" />
        </>
      )}
    </section>
  );
}
