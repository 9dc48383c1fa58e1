import { UploadOutlined } from '@ant-design/icons';
import { Button, Form, Input, Upload } from 'antd';
import { useTranslation } from 'react-i18next';

/** Field for the metadata of a SAML provider, pasted or read from a file. */
export function MetadataField({ name, required }: { readonly name: string; readonly required: boolean }) {
  const { t } = useTranslation(['sso', 'shell']);
  const form = Form.useFormInstance();
  return (
    <>
      <Form.Item
        name={name}
        label={t('metadata.label')}
        extra={t(required ? 'metadata.hint' : 'metadata.keepHint')}
        rules={required ? [{ required: true, message: t('shell:required') }] : []}
      >
        <Input.TextArea rows={5} spellCheck={false} className="code" />
      </Form.Item>
      <Form.Item>
        <Upload
          accept=".xml,application/xml,text/xml"
          showUploadList={false}
          // The file is read locally and sent with the form.
          beforeUpload={async (file) => {
            form.setFieldValue(name, await file.text());
            return false;
          }}
        >
          <Button icon={<UploadOutlined aria-hidden />}>{t('metadata.file')}</Button>
        </Upload>
      </Form.Item>
    </>
  );
}
