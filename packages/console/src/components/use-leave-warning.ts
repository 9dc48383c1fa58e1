import { App } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';

/** Texts of the question before a page is left. */
export interface LeaveTexts {
  readonly title: string;
  readonly text: string;
  readonly leave: string;
  readonly stay: string;
}

/**
 * Asks before the page is left, reloaded or closed, while it shows what would be lost: links and Back by a dialog of
 * its own, reload and closing by the browser's.
 * @param isActive whether anything would be lost
 */
export function useLeaveWarning(isActive: boolean, { title, text, leave, stay }: LeaveTexts): void {
  const { modal } = App.useApp();
  const { i18n } = useTranslation();
  const blocker = useBlocker(isActive);

  useEffect(() => {
    if (!isActive) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isActive]);

  // The texts follow the language; a change of it must not ask again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each attempt to leave.
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    modal.confirm({
      title,
      content: text,
      okText: leave,
      cancelText: stay,
      okButtonProps: { danger: true },
      autoFocusButton: 'cancel',
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    });
  }, [blocker.state, i18n.language]);
}
