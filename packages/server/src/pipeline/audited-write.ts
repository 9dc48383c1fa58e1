import { inSpan } from '@claviger/guard/internal';
import { Refusal } from '../errors/refusal.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Answer } from '../wire/answer.ts';
import { createCallRecord } from './call-record.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/**
 * Runs a change in a transaction together with its audit record: both are committed, or neither. Of a refused change
 * only what the refusal has asked to keep (`Refusal.remember`) is committed.
 * @param work may run again, from its beginning
 */
export async function auditedWrite(
  { guard, services: { store }, audit }: RequestDependencies,
  context: RequestContext,
  work: (transaction: WriteTransaction) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await inSpan('write transaction', () =>
      store.write(async (transaction) => {
        context.touched = [];
        const answer = await work(transaction);
        await audit.commitWith(transaction.queries, createCallRecord(guard, context, answer, undefined));
        return answer;
      }),
    );
  } catch (refused) {
    const remember = refused instanceof Refusal ? refused.remember : undefined;
    if (remember !== undefined) await store.write(({ queries }) => remember(queries));
    throw refused;
  }
}
