// Reads calls, makes them and writes their answers, for both generations.
import { createInterface } from 'node:readline';
import type { Call, CallAnswer, FailedCall } from '../call.ts';

/** Answers each line of stdin; the calls of one line are made at the same time. */
export async function serve(callOnce: (call: Call) => Promise<CallAnswer>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { calls } = JSON.parse(line) as { readonly calls: readonly Call[] };
    const answers = await Promise.all(calls.map(callOnce));
    process.stdout.write(`${JSON.stringify({ answers })}\n`);
  }
}

/** Describes an error as a program sees it. */
export function failed(error: unknown): FailedCall {
  const { name, code, message, statusCode, data } = error as Error & {
    readonly code?: string;
    readonly statusCode?: number;
    readonly data?: { readonly statusCode?: number; readonly Code?: string };
  };
  return { error: { type: name, code: code ?? '', status: statusCode ?? data?.statusCode ?? null, message } };
}
