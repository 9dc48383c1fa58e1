import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Radio, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CONDITION_KEYS, OPERATORS } from '../../api/__generated__/policy-words.ts';
import { ActionPicker } from '../../components/policy-editor/action-picker.tsx';
import type { ConditionModel, ReadStatement, StatementModel } from './statement-model.ts';
import './statement-card.css';

/** Form for a statement of a policy. Parts that only the JSON view supports are not changed. */
export function StatementCard({
  number,
  statement,
  onChange,
  onRemove,
}: {
  readonly number: number;
  readonly statement: ReadStatement;
  readonly onChange: (model: StatementModel) => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation('policies');
  const id = useId();
  const { model } = statement;
  return (
    <section className="statement" aria-labelledby={id}>
      <div className="section-head">
        <h3 id={id}>{t('builder.statement', { number })}</h3>
        <Button
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t('builder.remove', { number })}
          onClick={onRemove}
        />
      </div>
      {model === undefined ? (
        <>
          <p className="quiet">{t('builder.onlyJson')}</p>
          <pre>{JSON.stringify(statement.source, null, 2)}</pre>
        </>
      ) : (
        <Fields id={id} model={model} onChange={onChange} />
      )}
    </section>
  );
}

function Fields({
  id,
  model,
  onChange,
}: {
  readonly id: string;
  readonly model: StatementModel;
  readonly onChange: (model: StatementModel) => void;
}) {
  const { t } = useTranslation('policies');
  const conditions = (next: readonly ConditionModel[]) => onChange({ ...model, conditions: next });
  return (
    <div className="statement-fields">
      <Radio.Group
        aria-label={t('builder.effect')}
        optionType="button"
        value={model.effect}
        onChange={({ target }) => onChange({ ...model, effect: target.value as 'Allow' | 'Deny' })}
        options={[
          { value: 'Allow', label: t('effect.Allow') },
          { value: 'Deny', label: t('effect.Deny') },
        ]}
      />
      <ActionPicker
        patterns
        onAction={(action) => onChange({ ...model, actions: [...new Set([...model.actions, action])] })}
        onResource={(resource) => onChange({ ...model, resources: withResource(model.resources, resource) })}
      />
      <label htmlFor={`${id}actions`}>{t('builder.actions')}</label>
      <Words
        id={`${id}actions`}
        placeholder="ram:ListUsers"
        values={model.actions}
        onChange={(actions) => onChange({ ...model, actions })}
      />
      <label htmlFor={`${id}resources`}>{t('builder.resources')}</label>
      <Words
        id={`${id}resources`}
        placeholder="acs:ram:*:*:user/*"
        values={model.resources}
        onChange={(resources) => onChange({ ...model, resources })}
      />
      <fieldset className="plain">
        <legend>{t('builder.conditions')}</legend>
        {model.conditions.map((condition, index) => (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is identified by its index
            key={index}
            condition={condition}
            onChange={(next) => conditions(model.conditions.map((each, at) => (at === index ? next : each)))}
            onRemove={() => conditions(model.conditions.filter((_, at) => at !== index))}
          />
        ))}
        <Button
          size="small"
          icon={<PlusOutlined aria-hidden />}
          onClick={() =>
            conditions([...model.conditions, { operator: 'IpAddress', key: 'acs:SourceIp', values: [] }])
          }
        >
          {t('builder.addCondition')}
        </Button>
      </fieldset>
    </div>
  );
}

/** A resource takes the place of `*`, which would make it meaningless. */
const withResource = (resources: readonly string[], added: string): readonly string[] => [
  ...new Set([...resources.filter((resource) => resource !== '*'), added]),
];

function ConditionRow({
  condition,
  onChange,
  onRemove,
}: {
  readonly condition: ConditionModel;
  readonly onChange: (condition: ConditionModel) => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation('policies');
  const id = useId();
  return (
    <div className="condition">
      <AutoComplete
        aria-label={t('builder.key')}
        value={condition.key}
        onChange={(key: string) => onChange({ ...condition, key })}
        options={CONDITION_KEYS.map((key) => ({ value: key }))}
      />
      <Select
        aria-label={t('builder.operator')}
        showSearch
        value={condition.operator}
        onChange={(operator: string) => onChange({ ...condition, operator })}
        options={[...new Set([condition.operator, ...OPERATORS])].map((operator) => ({
          value: operator,
          label: operator,
        }))}
      />
      <Words
        id={id}
        label={t('builder.values')}
        placeholder={t('builder.values')}
        values={condition.values}
        onChange={(values) => onChange({ ...condition, values })}
      />
      <Button
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t('builder.removeCondition')}
        onClick={onRemove}
      />
    </div>
  );
}

function Words({
  id,
  label,
  placeholder,
  values,
  onChange,
}: {
  readonly id: string;
  readonly label?: string;
  readonly placeholder: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}) {
  return (
    <Select
      id={id}
      mode="tags"
      open={false}
      suffixIcon={null}
      tokenSeparators={[',', ' ', '\n']}
      placeholder={placeholder}
      {...(label !== undefined && { 'aria-label': label })}
      value={[...values]}
      onChange={onChange}
    />
  );
}
