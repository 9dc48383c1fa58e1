import { useQuery } from '@tanstack/react-query';
import actionsUrl from '../../../../catalogue/data/actions.jsonl?url';
import { useCall } from '../../api/use-call.ts';
import { parseServices, type ServiceActions } from './action-catalogue.ts';

const NONE: readonly ServiceActions[] = [];

async function readActions(): Promise<readonly ServiceActions[]> {
  const answer = await fetch(actionsUrl);
  if (!answer.ok) throw new Error(`the action catalogue is not available: status ${answer.status}`);
  return parseServices(await answer.text());
}

/** Loads the services with their actions once, as a file beside the scripts. Empty until it is loaded. */
export function useActionCatalogue(): readonly ServiceActions[] {
  const { data = NONE } = useQuery({ queryKey: ['actions'], queryFn: readActions, staleTime: Infinity });
  return data;
}

/**
 * Reads the services of the account's guards; only the guards know their actions. Empty without the permission to list
 * guards.
 * @param enabled false to delay the call, which the audit log records
 */
export function useGuardedServices(enabled: boolean): readonly ServiceActions[] {
  const { data } = useCall('Claviger', 'ListGuards', {}, { enabled });
  const codes = new Set((data?.Guards ?? []).flatMap(({ Services }) => Services));
  return [...codes].map((code) => ({ code, name: { en: code }, complete: false, actions: [] }));
}
