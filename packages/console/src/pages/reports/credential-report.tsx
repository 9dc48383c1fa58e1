import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { saveFile } from '../../components/csv.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../language/use-format.ts';
import { readCredentialReportText } from './credential-report-text.ts';

/** Credential report to download: all users and their credentials. */
export function CredentialReport() {
  const { t } = useTranslation('reports');
  const { message } = App.useApp();
  const format = useFormat();
  const change = useChange();
  const last = useCall('Ims', 'GetCredentialReport', { MaxItems: '1' });
  const neverMade = last.error instanceof ApiError && last.error.code === 'EntityNotExist.CredentialReport';

  async function download(): Promise<void> {
    const report = await change.run(async () => {
      await call('Ims', 'GenerateCredentialReport', {});
      return readCredentialReportText();
    });
    if (!report) return;
    saveFile(`credential-report-${report.generatedAt.slice(0, 10)}.csv`, report.csv);
    message.success(t('credential.downloaded', { time: format.moment(report.generatedAt) }));
  }

  return (
    <section className="surface" aria-labelledby="credential-report">
      <div className="section-head">
        <h2 id="credential-report">{t('credential.title')}</h2>
        <Button loading={change.running} onClick={() => void download()}>
          {t('credential.download')}
        </Button>
        <p>{t('credential.text')}</p>
        {last.data?.GeneratedTime && !last.error && (
          <p>{t('credential.asOf', { time: format.moment(last.data.GeneratedTime) })}</p>
        )}
      </div>
      <ErrorNotice error={change.error ?? (neverMade ? null : last.error)} />
    </section>
  );
}
