import { call } from '../../api/call.ts';

/** Event that changed something; unknown fields are absent. */
export interface ChangeEvent {
  readonly eventId?: string;
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly errorCode?: string;
  readonly sourceIpAddress?: string;
  readonly userIdentity?: { readonly userName?: string };
}

/** The last changes of the account. */
export interface RecentChanges {
  readonly changes: readonly ChangeEvent[];
  /** Number of write calls that were examined, refused ones included. */
  readonly examined: number;
  /** Whether every write call of the last seven days was examined. */
  readonly isComplete: boolean;
}

/** Changes that are shown. */
const SHOWN = 8;

/** Calls that read events: with many refused ones the search ends here. */
const MAX_CALLS = 5;

/** Reads the last write calls that succeeded; a refused call changed nothing. */
export async function readRecentChanges(signal?: AbortSignal): Promise<RecentChanges> {
  const changes: ChangeEvent[] = [];
  let examined = 0;
  let position = {};
  for (let calls = 0; calls < MAX_CALLS; calls++) {
    const { Events, NextToken, StartTime, EndTime } = await call(
      'Actiontrail',
      'LookupEvents',
      { LookupAttribute: [{ Key: 'EventRW', Value: 'Write' }], MaxResults: '50', ...position },
      signal,
    );
    const events = (Events ?? []) as readonly ChangeEvent[];
    examined += events.length;
    changes.push(...events.filter(({ errorCode }) => !errorCode));
    if (changes.length >= SHOWN) return { changes: changes.slice(0, SHOWN), examined, isComplete: false };
    if (!NextToken) return { changes, examined, isComplete: true };
    position = { NextToken, StartTime, EndTime };
  }
  return { changes, examined, isComplete: false };
}
