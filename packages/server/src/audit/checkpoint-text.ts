import { checkpointJson, type ReadCheckpoint } from './chain-reader.ts';
import { eventJson } from './stored-event.ts';

/** Event as receivers get it. */
export interface EventText {
  /** One line of JSON, as LookupEvents returns the event. */
  readonly json: string;
  /** ms since the epoch */
  readonly time: number;
  readonly isRefused: boolean;
}

/** Signed portion of the audit log with its records, as receivers get it. */
export interface CheckpointText {
  readonly number: number;
  /** ms since the epoch */
  readonly signedAt: number;
  readonly hash: string;
  /** By ascending position. */
  readonly events: readonly EventText[];
  /** Signed statement, one line of JSON. */
  readonly statement: string;
}

/** Returns a checkpoint of the database as receivers get it. */
export function checkpointText({ checkpoint, records }: ReadCheckpoint): CheckpointText {
  return {
    number: checkpoint.number,
    signedAt: checkpoint.signed_at,
    hash: checkpoint.hash,
    events: records.map((record) => ({
      json: eventJson(record),
      time: record.event_time,
      isRefused: record.error_code !== '',
    })),
    statement: checkpointJson(checkpoint, records.length),
  };
}

/** Returns the JSON lines of a checkpoint: its records, then its statement. */
export function linesOf({ events, statement }: CheckpointText): string {
  return [...events.map(({ json }) => json), statement].map((line) => `${line}\n`).join('');
}
