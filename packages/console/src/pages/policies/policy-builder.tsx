import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { StatementCard } from './statement-card.tsx';
import { changed, newStatement, readStatements, writeStatements } from './statement-model.ts';

/** Visual builder for a policy document: statements as forms. */
export function PolicyBuilder({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { t } = useTranslation('policies');
  const statements = readStatements(text);
  if (statements === undefined) return <Alert type="warning" showIcon title={t('builder.unreadable')} />;
  const write = (next: typeof statements) => onChange(writeStatements(text, next));
  return (
    <>
      {statements.map((statement, index) => (
        <StatementCard
          // Statements have no names and are identified by their index.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={index}
          number={index + 1}
          statement={statement}
          onChange={(model) =>
            write(statements.map((each, at) => (at === index ? changed(each, model) : each)))
          }
          onRemove={() => write(statements.filter((_, at) => at !== index))}
        />
      ))}
      <Button type="dashed" block onClick={() => write([...statements, newStatement()])}>
        {t('builder.add')}
      </Button>
    </>
  );
}
