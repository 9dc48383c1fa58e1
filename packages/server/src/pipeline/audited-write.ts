import { Refusal } from '../errors/refusal.ts';
import type { WriteTransaction } from '../store/store.ts';
import { recordOf } from './call-record.ts';
import { NotComputed } from './computed-beforehand.ts';
import type { Answer } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/**
 * Changes something and writes it down, both or neither; of what is refused stays what the refusal remembers.
 * @param work may run again, from its beginning
 */
export async function auditedWrite(
  dependencies: RequestDependencies,
  context: RequestContext,
  work: (transaction: WriteTransaction) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    try {
      return await changeAtOnce(dependencies, context, work);
    } catch (error) {
      if (!(error instanceof NotComputed)) throw error;
      await error.compute();
    }
  }
}

async function changeAtOnce(
  { guard, services: { store }, audit }: RequestDependencies,
  context: RequestContext,
  work: (transaction: WriteTransaction) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await store.write(async (transaction) => {
      context.touched = [];
      const answer = await work(transaction);
      await audit.commitWith(transaction.queries, recordOf(guard, context, answer, undefined));
      return answer;
    });
  } catch (refused) {
    const remember = refused instanceof Refusal ? refused.remember : undefined;
    if (remember !== undefined) await store.write(({ queries }) => remember(queries));
    throw refused;
  }
}
