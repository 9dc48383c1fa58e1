import { KeyOutlined, SafetyOutlined } from '@ant-design/icons';
import { Button, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

/** Links to the user's own pages, for RAM users with few permissions. */
export function OwnIdentity() {
  const { t } = useTranslation('overview');
  const navigate = useNavigate();
  return (
    <section className="surface" aria-labelledby="own-identity">
      <h2 id="own-identity">{t('own.title')}</h2>
      <Space wrap>
        <Button icon={<KeyOutlined aria-hidden />} onClick={() => void navigate('/access-keys')}>
          {t('own.accessKeys')}
        </Button>
        <Button icon={<SafetyOutlined aria-hidden />} onClick={() => void navigate('/account')}>
          {t('own.security')}
        </Button>
      </Space>
    </section>
  );
}
