import { Form, InputNumber, Select, Switch } from 'antd';
import type { ReactNode } from 'react';

/** Switch with an explanation. */
export function SwitchField({
  name,
  label,
  hint,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
}) {
  return (
    <Form.Item name={name} label={label} valuePropName="checked" extra={hint}>
      <Switch aria-label={label} />
    </Form.Item>
  );
}

/** Number field with bounds. */
export function NumberField({
  name,
  label,
  hint,
  min,
  max,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly min: number;
  readonly max: number;
}) {
  return (
    <Form.Item name={name} label={label} extra={hint} rules={[{ required: true, type: 'integer', min, max }]}>
      <InputNumber min={min} max={max} precision={0} />
    </Form.Item>
  );
}

/** Select with a few options. */
export function ChoiceField({
  name,
  label,
  hint,
  options,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly options: readonly { readonly value: string | number; readonly label: string }[];
}) {
  return (
    <Form.Item name={name} label={label} extra={hint}>
      <Select options={[...options]} />
    </Form.Item>
  );
}
