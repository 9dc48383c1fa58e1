import { caller } from '../../packages/server/test/prepared-request.ts';
import { GLOBAL_EFFECT_OPERATIONS, requestCases } from '../../packages/server/test/prepared-requests.ts';
import { password, SampleEntities } from '../../packages/server/test/sample-entities.ts';
import type { TestServer } from '../../packages/server/test/server.ts';
import { type Call, type CallKey, structuredParameters } from './call.ts';

/** Where calls go: the endpoint with its scheme. */
export type Target = Pick<Call, 'endpoint' | 'protocol'>;

/** Call of one operation that succeeds. */
export interface OperationCall {
  /** `Ims CreateUser`; a further request of the same operation says how it differs. */
  readonly title: string;
  readonly call: Call;
}

/** Returns whether an operation is one of RAM's: Claviger's own are in no official client. */
const isOfficial = (product: string): boolean => product !== 'Claviger';

/**
 * Creates in the server's first account what every operation needs, and returns a call for each: the prepared requests
 * of the server's own tests. Operations that change what all others depend on come last.
 * @param now at which the server's clock stands still
 */
export async function operationCalls(
  server: TestServer,
  target: Target,
  now: number,
): Promise<readonly OperationCall[]> {
  const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
  const entities = new SampleEntities(server, server.account, 'a', now, vendor);
  const cases = requestCases().filter(({ operation }) => isOfficial(operation.product));
  const isLast = ({ operation }: (typeof cases)[number]) => GLOBAL_EFFECT_OPERATIONS.includes(operation.name);
  const calls: OperationCall[] = [];
  for (const one of [...cases.filter((each) => !isLast(each)), ...cases.filter(isLast)]) {
    const { product, version, name: action } = one.operation;
    const prepared = await one.prepare(entities, `a-${one.name}`);
    // A user that changes its own password has one.
    const key = prepared.on.includes(caller)
      ? await userWithPassword(entities, one.name)
      : server.account.key;
    const { parameters } = prepared;
    calls.push({
      title: one.title,
      call: {
        product,
        version,
        action,
        parameters,
        structured: structuredParameters(parameters),
        key,
        ...target,
      },
    });
  }
  return calls;
}

async function userWithPassword(entities: SampleEntities, name: string): Promise<CallKey> {
  const { userName: UserName, key } = await entities.server.newUser(entities.account, `caller-${name}`);
  await entities.do('2015-05-01', 'CreateLoginProfile', { UserName, Password: password });
  await entities.do('2015-05-01', 'AttachPolicyToUser', {
    UserName,
    PolicyName: 'AdministratorAccess',
    PolicyType: 'System',
  });
  return key;
}
