import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Page } from './page.tsx';

/** Page for unknown addresses. */
export function NotFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Page title={t('notFound.title')} description={t('notFound.text')}>
      <Button type="primary" onClick={() => void navigate('/')}>
        {t('notFound.home')}
      </Button>
    </Page>
  );
}
