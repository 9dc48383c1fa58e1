import { App } from 'antd';
import { useTranslation } from 'react-i18next';

/** Returns a function that copies a text to the clipboard, and says whether the browser let it. */
export function useCopy(): (text: string) => Promise<void> {
  const { t } = useTranslation(['access-keys', 'shell']);
  const { message } = App.useApp();
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      message.success(t('shell:copied'));
    } catch {
      message.error(t('secret.copyFailed'));
    }
  };
}
