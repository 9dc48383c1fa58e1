import { Form, InputNumber, Select, Switch } from 'antd';
import type { ReactNode } from 'react';

/** A setting that is on or off, with what it does. */
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

/** A setting that is a whole number within bounds. */
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

/** A setting that is one of a few. */
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
