import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useOtherPrincipalSignedIn } from './other-principal.ts';

/** Dialog over a page of a user who is no longer signed in, with a button to reload it. */
export function OtherPrincipalDialog() {
  const { t } = useTranslation();
  return (
    <Modal
      open={useOtherPrincipalSignedIn()}
      title={t('otherPrincipal.title')}
      closable={false}
      keyboard={false}
      zIndex={1200}
      footer={
        <Button type="primary" onClick={() => window.location.reload()}>
          {t('otherPrincipal.reload')}
        </Button>
      }
    >
      {t('otherPrincipal.text')}
    </Modal>
  );
}
