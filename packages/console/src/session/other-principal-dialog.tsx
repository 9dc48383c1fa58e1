import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useOtherPrincipalSignedIn } from './other-principal.ts';

/** Covers a page that shows another user than the one who is signed in by now. It can only be loaded again. */
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
