import { Input, Select, Switch } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { ParametersOf } from '../../api/operations.ts';
import { wholeSeconds } from '../../components/whole-seconds.ts';

/** Attributes for looking up events, with the names of the server. */
const ATTRIBUTES = [
  'EventName',
  'User',
  'EventAccessKeyId',
  'SourceIpAddress',
  'ServiceName',
  'ErrorCode',
  'EventId',
] as const;

/** Time ranges that end now, in hours. */
const SPANS = [1, 24, 168, 720, 4320] as const;

const HOUR_MS = 3_600_000;

/** Filter of the page, from its URL. */
export interface EventFilter {
  readonly hours: number;
  /** Whether events that changed nothing are listed, too. */
  readonly reads: boolean;
  readonly attribute: string;
  readonly value: string;
  readonly lookup: Pick<ParametersOf<'Actiontrail', 'LookupEvents'>, 'LookupAttribute'>;
  /** Returns the time range, which ends now. */
  readonly range: () => { readonly StartTime: string; readonly EndTime: string };
}

/** Reads the filter from the URL of the page. */
export function filterOf(address: URLSearchParams): EventFilter {
  const hours = Number(address.get('hours') ?? 168);
  const reads = address.get('reads') === '1';
  const attribute = address.get('by') ?? 'EventName';
  const value = address.get('value') ?? '';
  const attributes = [
    ...(reads ? [] : [{ Key: 'EventRW', Value: 'Write' }]),
    ...(value === '' ? [] : [{ Key: attribute, Value: value }]),
  ];
  const range = () => {
    const now = Date.now();
    return { StartTime: wholeSeconds(now - hours * HOUR_MS), EndTime: wholeSeconds(now) };
  };
  return {
    hours,
    reads,
    attribute,
    value,
    lookup: attributes.length > 0 ? { LookupAttribute: attributes } : {},
    range,
  };
}

/** Filters for events: time range, reads, and one attribute. */
export function EventFilters() {
  const { t } = useTranslation('audit');
  const id = useId();
  const [address, setAddress] = useSearchParams();
  const { hours, reads, attribute, value } = filterOf(address);
  const [typed, setTyped] = useState(value);

  function remember(changes: Readonly<Record<string, string>>): void {
    setAddress(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, next] of Object.entries(changes)) {
          if (next === '') after.delete(key);
          else after.set(key, next);
        }
        // The first page of what is now looked up.
        after.delete('after');
        after.delete('page');
        return after;
      },
      { replace: true },
    );
  }

  return (
    <search className="event-filters">
      <Select
        aria-label={t('filter.time')}
        value={hours}
        onChange={(next: number) => remember({ hours: String(next) })}
        options={SPANS.map((span) => ({ value: span, label: t(`filter.hours${span}`) }))}
      />
      <Select
        aria-label={t('filter.by')}
        value={attribute}
        onChange={(next: string) => remember({ by: next })}
        options={ATTRIBUTES.map((name) => ({ value: name, label: t(`filter.${name}`) }))}
      />
      <Input.Search
        id={id}
        aria-label={t('filter.value')}
        placeholder={t('filter.exact')}
        allowClear
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onSearch={(next) => remember({ value: next.trim() })}
        enterButton={t('filter.apply')}
      />
      <span className="event-reads">
        <Switch
          id={`${id}-reads`}
          checked={reads}
          onChange={(next) => remember({ reads: next ? '1' : '' })}
        />
        <label htmlFor={`${id}-reads`}>{t('filter.reads')}</label>
      </span>
    </search>
  );
}
