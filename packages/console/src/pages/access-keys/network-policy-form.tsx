import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  addressesOf,
  looksLikeAddress,
  MAX_ADDRESSES,
  MAX_STATEMENTS,
  type NetworkPolicy,
} from './network-policy.ts';

interface Fields {
  readonly active: boolean;
  readonly statements?: readonly {
    readonly type: 'ClassicWhiteList' | 'VPCWhiteList';
    readonly vpc?: string;
    readonly addresses: string;
  }[];
}

/**
 * Form for the network policy of a key or of the account.
 * @param formId for a submit button outside the form
 */
export function NetworkPolicyForm({
  formId,
  policy,
  onSave,
}: {
  readonly formId: string;
  readonly policy: NetworkPolicy;
  readonly onSave: (policy: NetworkPolicy) => void;
}) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const [form] = Form.useForm<Fields>();
  const active = Form.useWatch('active', form);
  const statements = Form.useWatch('statements', form);
  const required = { required: true, message: t('shell:required') };
  const count = (statements ?? []).flatMap((statement) => addressesOf(statement?.addresses ?? '')).length;

  function save({ active, statements = [] }: Fields): void {
    onSave({
      Version: 1,
      Status: active ? 'Active' : 'Inactive',
      Statements: statements.map(({ type, vpc, addresses }) => ({
        Type: type,
        ...(type === 'VPCWhiteList' && { Value: vpc?.trim() || 'AllowAllVPC' }),
        IPList: addressesOf(addresses),
      })),
    });
  }

  return (
    <Form<Fields>
      id={formId}
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{
        active: policy.Status === 'Active',
        statements: policy.Statements.map(({ Type, Value, IPList }) => ({
          type: Type,
          vpc: Value,
          addresses: IPList.join('\n'),
        })),
      }}
      onFinish={save}
    >
      <Form.Item
        name="active"
        label={t('network.active')}
        valuePropName="checked"
        extra={t('network.activeHint')}
      >
        <Switch />
      </Form.Item>
      {active && (statements ?? []).length === 0 && (
        <Alert type="error" showIcon title={t('network.noAddress')} className="space-below" />
      )}
      <Form.List name="statements">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <fieldset key={key} className="network-statement">
                <legend className="visually-hidden">{t('network.list', { number: name + 1 })}</legend>
                <Form.Item name={[name, 'type']} label={t('network.type')} rules={[required]}>
                  <Select
                    options={[
                      { value: 'ClassicWhiteList', label: t('network.public') },
                      { value: 'VPCWhiteList', label: t('network.vpc') },
                    ]}
                  />
                </Form.Item>
                {statements?.[name]?.type === 'VPCWhiteList' && (
                  <Form.Item name={[name, 'vpc']} label={t('network.vpcId')} extra={t('network.vpcHint')}>
                    <Input placeholder="vpc-" />
                  </Form.Item>
                )}
                <Form.Item
                  name={[name, 'addresses']}
                  label={t('network.addresses')}
                  extra={t('network.addressesHint')}
                  rules={[
                    required,
                    {
                      validator: async (_, value: string | undefined) => {
                        const wrong = addressesOf(value ?? '').find((entry) => !looksLikeAddress(entry));
                        if (wrong) throw new Error(t('network.wrongAddress', { entry: wrong }));
                      },
                    },
                  ]}
                >
                  <Input.TextArea
                    className="code"
                    rows={4}
                    spellCheck={false}
                    placeholder={'203.0.113.0/24\n2001:db8::/32'}
                  />
                </Form.Item>
                <Button icon={<DeleteOutlined aria-hidden />} size="small" onClick={() => remove(name)}>
                  {t('network.removeList')}
                </Button>
              </fieldset>
            ))}
            <Button
              icon={<PlusOutlined aria-hidden />}
              type="dashed"
              block
              disabled={fields.length >= MAX_STATEMENTS}
              onClick={() => add({ type: 'ClassicWhiteList', addresses: '' })}
            >
              {t('network.addList')}
            </Button>
          </>
        )}
      </Form.List>
      <p>{t('network.count', { count, max: MAX_ADDRESSES })}</p>
      {count > MAX_ADDRESSES && (
        <Alert type="error" showIcon title={t('network.tooMany', { max: MAX_ADDRESSES })} />
      )}
    </Form>
  );
}
