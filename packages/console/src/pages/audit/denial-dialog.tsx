import { Alert, Form, Input, Modal, Tag } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Dialog that explains a denial from its encoded diagnostic message. */
export function DenialDialog({ onClosed }: { readonly onClosed: () => void }) {
  const { t } = useTranslation(['audit', 'shell']);
  const formId = useId();
  const change = useChange();
  const [answer, setAnswer] = useState<AnswerOf<'Ram', 'DecodeDiagnosticMessage'>>();
  const message = answer?.DecodedDiagnosticMessage;

  async function decode({ encoded }: { readonly encoded: string }): Promise<void> {
    setAnswer(undefined);
    setAnswer(
      await change.run(() =>
        call('Ram', 'DecodeDiagnosticMessage', { EncodedDiagnosticMessage: encoded.trim() }),
      ),
    );
  }

  return (
    <Modal
      open
      title={t('denial.title')}
      okText={t('denial.explain')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form id={formId} layout="vertical" onFinish={(fields) => void decode(fields)}>
        <Form.Item
          name="encoded"
          label={t('denial.message')}
          extra={t('denial.hint')}
          rules={[{ required: true, message: t('shell:required') }]}
        >
          <Input.TextArea rows={4} spellCheck={false} className="code" />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
      {message && (
        <section aria-live="polite">
          <Alert
            type={message.ExplicitDeny ? 'error' : 'warning'}
            showIcon
            title={t(message.ExplicitDeny ? 'denial.explicit' : 'denial.implicit')}
          />
          <DescriptionList
            rows={[
              [t('denial.action'), message.AuthAction],
              [t('denial.resource'), message.AuthResource],
              [t('denial.principal'), message.AuthPrincipal?.AuthPrincipalDisplayName],
            ]}
          />
          {(message.MatchedPolicies ?? []).map((policy) => (
            <p key={`${policy.PolicyType}/${policy.PolicyIdentifier}`}>
              <Tag color={policy.Effect === 'Deny' ? 'error' : 'success'}>{policy.Effect}</Tag>
              {policy.PolicyIdentifier}
            </p>
          ))}
        </section>
      )}
    </Modal>
  );
}
