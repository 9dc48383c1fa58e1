import './bar-chart.css';

/** Bar of a chart. */
export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  readonly tone?: 'good' | 'warn' | 'bad';
}

/** Bar chart; a table for screen readers. */
export function BarChart({
  label,
  bars,
  format,
}: {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly format: (value: number) => string;
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <table className="bar-chart">
      <caption>{label}</caption>
      <tbody>
        {bars.map(({ key, label: name, value, tone }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            <td>
              <meter className={`bar ${tone ?? ''}`} min={0} max={most} value={value} aria-hidden="true" />
              <span>{format(value)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
