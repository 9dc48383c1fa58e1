import { Input, Select } from 'antd';
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
  readonly access: string;
  readonly attribute: string;
  readonly value: string;
  /** Recomputed for each first page, because the range ends now. */
  readonly parameters: () => ParametersOf<'Actiontrail', 'LookupEvents'>;
}

/** Reads the filter from the URL of the page. */
export function filterOf(address: URLSearchParams): EventFilter {
  const hours = Number(address.get('hours') ?? 168);
  const access = address.get('access') ?? '';
  const attribute = address.get('by') ?? 'EventName';
  const value = address.get('value') ?? '';
  const parameters = () => {
    const now = Date.now();
    const lookup = [
      ...(access === '' ? [] : [{ Key: 'EventRW', Value: access }]),
      ...(value === '' ? [] : [{ Key: attribute, Value: value }]),
    ];
    return {
      StartTime: wholeSeconds(now - hours * HOUR_MS),
      EndTime: wholeSeconds(now),
      ...(lookup.length > 0 && { LookupAttribute: lookup }),
    };
  };
  return { hours, access, attribute, value, parameters };
}

/** Filters for events: time range, kind of access, and one attribute. */
export function EventFilters() {
  const { t } = useTranslation('audit');
  const id = useId();
  const [address, setAddress] = useSearchParams();
  const { hours, access, attribute, value } = filterOf(address);
  const [typed, setTyped] = useState(value);

  function remember(changes: Readonly<Record<string, string>>): void {
    setAddress(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, next] of Object.entries(changes)) {
          if (next === '') after.delete(key);
          else after.set(key, next);
        }
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
        aria-label={t('filter.access')}
        value={access}
        onChange={(next: string) => remember({ access: next })}
        options={[
          { value: '', label: t('filter.all') },
          { value: 'Write', label: t('filter.write') },
          { value: 'Read', label: t('filter.read') },
        ]}
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
    </search>
  );
}
