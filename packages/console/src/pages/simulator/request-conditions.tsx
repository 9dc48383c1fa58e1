import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { CONDITION_KEYS } from '../../api/__generated__/policy-words.ts';
import '../policies/statement-card.css';
import type { RequestCondition } from './simulator-question.ts';

/** Form for the condition keys of a simulated request. Other keys have the values of the page's own request. */
export function RequestConditions({
  conditions,
  onChange,
}: {
  readonly conditions: readonly RequestCondition[];
  readonly onChange: (conditions: readonly RequestCondition[]) => void;
}) {
  const { t } = useTranslation('simulator');
  const replace = (index: number, next: RequestCondition) =>
    onChange(conditions.map((each, at) => (at === index ? next : each)));
  return (
    <fieldset className="plain given-conditions">
      <legend>{t('conditions.title')}</legend>
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition is identified by its index
        <div key={index} className="condition given">
          <AutoComplete
            aria-label={t('conditions.key')}
            value={condition.key}
            onChange={(key: string) => replace(index, { ...condition, key })}
            options={CONDITION_KEYS.map((key) => ({ value: key }))}
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
            icon={<DeleteOutlined aria-hidden />}
            aria-label={t('conditions.remove')}
            onClick={() => onChange(conditions.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined aria-hidden />}
        onClick={() => onChange([...conditions, { key: '', values: [] }])}
      >
        {t('conditions.add')}
      </Button>
      <p className="quiet">{t('conditions.hint')}</p>
    </fieldset>
  );
}
