import { App, Button, Form } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '../../api/use-change.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/**
 * Form for existing settings, saved together.
 * @param values current values
 * @param save sends the entered values
 */
export function SettingsForm<Fields extends object>({
  values,
  save,
  children,
}: {
  readonly values: Fields;
  readonly save: (fields: Fields) => Promise<unknown>;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation(['settings', 'shell']);
  const { message } = App.useApp();
  const change = useChange();

  async function submit(fields: Fields): Promise<void> {
    const done = await change.run(async () => {
      await save(fields);
      return true;
    });
    if (done) message.success(t('saved'));
  }

  return (
    <Form<Fields>
      layout="vertical"
      className="narrow-form"
      initialValues={values}
      onFinish={(fields) => void submit(fields)}
    >
      {children}
      <ErrorNotice error={change.error} />
      <Button type="primary" htmlType="submit" loading={change.running}>
        {t('shell:save')}
      </Button>
    </Form>
  );
}
