import { CopyOutlined } from '@ant-design/icons';
import { Alert, Button, Input, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCopy } from '../../components/use-copy.ts';
import {
  QUICKSTARTS,
  type Quickstart,
  type QuickstartContext,
  quickstartScript,
} from '../../quickstart/quickstarts.ts';
import { type CallerOfKey, CallRefused, callWithKey, canSign } from '../../quickstart/test-call.ts';
import type { NewKey } from './new-key.ts';

type Result =
  | { readonly caller: CallerOfKey }
  | { readonly refused: CallRefused }
  | { readonly unreachable: true };

/** Scripts that make the first call with a new key, and a test of the key from this page. */
export function FirstCall({ newKey }: { readonly newKey: NewKey }) {
  const { t } = useTranslation('access-keys');
  const [running, setRunning] = useState(false);
  const [result, setResult] = useState<Result | undefined>();
  const context: QuickstartContext = {
    accessKeyId: newKey.id,
    accessKeySecret: newKey.secret,
    host: location.host,
    isTls: location.protocol === 'https:',
  };

  async function test(): Promise<void> {
    setRunning(true);
    try {
      setResult({ caller: await callWithKey(newKey.id, newKey.secret) });
    } catch (error) {
      setResult(error instanceof CallRefused ? { refused: error } : { unreachable: true });
    } finally {
      setRunning(false);
    }
  }

  return (
    <section aria-label={t('firstCall.title')} className="first-call space-below">
      <h3>{t('firstCall.title')}</h3>
      <p>
        {t('firstCall.endpoint')} <span className="code">{context.host}</span>
      </p>
      <Tabs
        size="small"
        items={QUICKSTARTS.map((quickstart) => ({
          key: quickstart.id,
          label: quickstart.title,
          children: <Script quickstart={quickstart} context={context} />,
        }))}
      />
      <Space wrap className="space-below">
        <Button loading={running} disabled={!canSign()} onClick={() => void test()}>
          {t('firstCall.test')}
        </Button>
        {!canSign() && <span>{t('firstCall.cannotSign')}</span>}
      </Space>
      {result !== undefined && <TestResult result={result} />}
    </section>
  );
}

function Script({
  quickstart,
  context,
}: {
  readonly quickstart: Quickstart;
  readonly context: QuickstartContext;
}) {
  const { t } = useTranslation('access-keys');
  const copy = useCopy();
  const script = quickstartScript(quickstart, context);
  return (
    <>
      <p>
        {t(quickstart.id === 'env' ? 'firstCall.envHint' : 'firstCall.hint', { needs: quickstart.needs })}
      </p>
      <Input.TextArea
        readOnly
        value={script}
        aria-label={quickstart.title}
        rows={10}
        wrap="off"
        spellCheck={false}
        className="first-call-script code"
      />
      <Button icon={<CopyOutlined aria-hidden />} onClick={() => void copy(script)}>
        {t('firstCall.copy', { title: quickstart.title })}
      </Button>
    </>
  );
}

function TestResult({ result }: { readonly result: Result }) {
  const { t } = useTranslation('access-keys');
  if ('caller' in result) {
    return (
      <Alert
        role="status"
        type="success"
        showIcon
        title={t('firstCall.works')}
        description={<span className="code">{result.caller.arn}</span>}
      />
    );
  }
  const description = 'refused' in result ? `${result.refused.code}: ${result.refused.message}` : undefined;
  return (
    <Alert role="status" type="error" showIcon title={t('firstCall.failed')} description={description} />
  );
}
