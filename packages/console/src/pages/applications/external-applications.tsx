import { App, Button, Form, Input, Modal } from 'antd';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';

type External = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListExternalApplications'>['ExternalApplications']>['ExternalApplication']
>[number];

/** List of applications of other accounts that are provisioned in this account. */
export function ExternalApplications() {
  const { t } = useTranslation(['applications', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const applications = useServerList(
    'Ims',
    'ListExternalApplications',
    {},
    (answer) => answer.ExternalApplications?.ExternalApplication,
    { name: 'external-' },
  );
  const change = useChange();
  const [adding, setAdding] = useState(false);
  const [toDelete, setToDelete] = useState<External>();

  const columns = useMemo<readonly Column<External>[]>(
    () => [
      { key: 'name', title: t('field.displayName'), text: (external) => external.DisplayName ?? '' },
      { key: 'id', title: t('field.id'), text: (external) => external.ForeignAppId ?? '' },
      {
        key: 'created',
        title: t('external.since'),
        text: (external) => format.moment(external.CreateDate),
        sortBy: (external) => external.CreateDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (external) => (
          <Button size="small" danger onClick={() => setToDelete(external)}>
            {t('external.remove')}
          </Button>
        ),
      },
    ],
    [t, format],
  );

  async function remove({ ForeignAppId: AppId = '' }: External): Promise<void> {
    const done = await change.run(() => call('Ims', 'DeprovisionExternalApplication', { AppId }));
    if (!done) return;
    message.success(t('saved'));
    setToDelete(undefined);
  }

  return (
    <section className="surface" aria-labelledby="external-applications">
      <div className="section-head">
        <h2 id="external-applications">{t('external.title')}</h2>
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('external.add')}
        </Button>
        <p>{t('external.text')}</p>
      </div>
      <ResourceTable
        name="external-"
        label={t('external.title')}
        list={applications}
        columns={columns}
        rowKey={(external) => external.ForeignAppId ?? ''}
        rowName={(external) => external.DisplayName ?? ''}
        fileName="external-applications"
        empty={t('external.none')}
      />
      {adding && <AddDialog onClosed={() => setAdding(false)} />}
      <ConfirmDialog
        open={toDelete !== undefined}
        title={t('external.remove')}
        confirmText={t('external.remove')}
        running={change.running}
        error={change.error}
        onCancel={() => setToDelete(undefined)}
        onConfirm={() => toDelete && void remove(toDelete)}
      >
        {t('external.removeText')}
      </ConfirmDialog>
    </section>
  );
}

function AddDialog({ onClosed }: { readonly onClosed: () => void }) {
  const { t } = useTranslation(['applications', 'shell']);
  const { message } = App.useApp();
  const formId = useId();
  const change = useChange();

  async function add({ id }: { readonly id: string }): Promise<void> {
    const done = await change.run(() => call('Ims', 'ProvisionExternalApplication', { AppId: id.trim() }));
    if (!done) return;
    message.success(t('saved'));
    onClosed();
  }

  return (
    <Modal
      open
      title={t('external.add')}
      okText={t('external.add')}
      cancelText={t('shell:cancel')}
      okButtonProps={{ htmlType: 'submit', form: formId, loading: change.running }}
      onCancel={onClosed}
    >
      <Form id={formId} layout="vertical" onFinish={(fields) => void add(fields)}>
        <Form.Item name="id" label={t('field.id')} rules={[{ required: true, message: t('shell:required') }]}>
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      </Form>
      <ErrorNotice error={change.error} />
    </Modal>
  );
}
