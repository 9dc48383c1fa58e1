import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { saveFile } from '../../components/csv.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { readCredentialReportText } from './credential-report-text.ts';

/** Credential report to download: all users and their credentials. */
export function CredentialReport() {
  const { t } = useTranslation('reports');
  const { message } = App.useApp();
  const change = useChange();

  async function download(): Promise<void> {
    const report = await change.run(async () => {
      await call('Ims', 'GenerateCredentialReport', {});
      return readCredentialReportText();
    });
    if (!report) return;
    saveFile(`credential-report-${report.generatedAt.slice(0, 10)}.csv`, report.csv);
    message.success(t('credential.downloaded'));
  }

  return (
    <section className="surface" aria-labelledby="credential-report">
      <div className="section-head">
        <h2 id="credential-report">{t('credential.title')}</h2>
        <Button loading={change.running} onClick={() => void download()}>
          {t('credential.download')}
        </Button>
        <p>{t('credential.text')}</p>
      </div>
      <ErrorNotice error={change.error} />
    </section>
  );
}
