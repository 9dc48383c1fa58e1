import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { csvText, saveFile } from '../../components/csv.ts';
import { DescriptionList } from '../../components/description-list.tsx';

/** Dialog that shows a generated password once. */
export function NewPasswordDialog({
  loginName,
  password,
  onClosed,
}: {
  readonly loginName: string;
  readonly password: string;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation(['users', 'shell']);
  const tooltips = [t('shell:copy'), t('shell:copied')];
  return (
    <Modal
      open
      title={t('newPassword.title')}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClosed}>
          {t('newPassword.saved')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('newPassword.once')} className="space-below" />
      <DescriptionList
        rows={[
          [
            t('field.loginName'),
            <Typography.Text key="name" copyable={{ tooltips }}>
              {loginName}
            </Typography.Text>,
          ],
          [
            t('signIn.password'),
            <Typography.Text key="password" code copyable={{ tooltips }}>
              {password}
            </Typography.Text>,
          ],
        ]}
      />
      <p>
        <Button
          icon={<DownloadOutlined aria-hidden />}
          onClick={() =>
            saveFile(
              `${loginName}.csv`,
              csvText([
                ['Login name', 'Password'],
                [loginName, password],
              ]),
            )
          }
        >
          {t('newPassword.download')}
        </Button>
      </p>
    </Modal>
  );
}
