import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { conditionKeys } from '../policies/condition-words.ts';
import '../policies/statement-card.css';

/** A condition key of a simulated request, and what it says. */
export interface GivenCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** What a simulated request tells the conditions of policies. What is not given is as in the request of the page. */
export function GivenConditions({
  conditions,
  onChange,
}: {
  readonly conditions: readonly GivenCondition[];
  readonly onChange: (conditions: readonly GivenCondition[]) => void;
}) {
  const { t } = useTranslation('simulator');
  const replace = (index: number, next: GivenCondition) =>
    onChange(conditions.map((each, at) => (at === index ? next : each)));
  return (
    <fieldset className="plain given-conditions">
      <legend>{t('conditions.title')}</legend>
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition is known by its place
        <div key={index} className="condition given">
          <AutoComplete
            aria-label={t('conditions.key')}
            value={condition.key}
            onChange={(key: string) => replace(index, { ...condition, key })}
            options={conditionKeys.map((key) => ({ value: key }))}
          />
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            aria-label={t('conditions.values')}
            placeholder={t('conditions.values')}
            value={[...condition.values]}
            onChange={(values: string[]) => replace(index, { ...condition, values })}
          />
          <Button
            icon={<DeleteOutlined />}
            aria-label={t('conditions.remove')}
            onClick={() => onChange(conditions.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => onChange([...conditions, { key: '', values: [] }])}
      >
        {t('conditions.add')}
      </Button>
      <p className="quiet">{t('conditions.hint')}</p>
    </fieldset>
  );
}
