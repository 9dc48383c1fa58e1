import { IpNetworkSet, parseIpNetwork, parseStrictJson } from '@claviger/policy';

/** `Value` of a `VPCWhiteList` statement that means every VPC. */
export const ALLOW_ALL_VPC = 'AllowAllVPC';

/** Format of a VPC id, or of the name that an operator gives a network: `vpc-build`. */
export const VPC_ID_FORMAT = /^vpc-[A-Za-z0-9-]{1,64}$/;

/** Maximum number of statements of a policy; RAM's quota `ConditionsPerAKPolicyQuota`. */
export const MAX_STATEMENTS = 8;

/**
 * Maximum number of addresses and blocks in all statements of a policy; RAM's quota
 * `IPItemsPerAKPolicyQuota`.
 */
export const MAX_IP_ENTRIES = 50;

/** Statement that admits calls from outside a VPC, by source address. */
export interface ClassicWhiteListStatement {
  readonly Type: 'ClassicWhiteList';
  /** IPv4 or IPv6 addresses or CIDR blocks, as written; at least one. */
  readonly IPList: readonly string[];
}

/** Statement that admits calls through a VPC, by VPC and the address inside it. */
export interface VpcWhiteListStatement {
  readonly Type: 'VPCWhiteList';
  /** A VPC id, or `AllowAllVPC`. */
  readonly Value: string;
  /** IPv4 or IPv6 addresses or CIDR blocks, as written; at least one. */
  readonly IPList: readonly string[];
}

export type NetworkPolicyStatement = ClassicWhiteListStatement | VpcWhiteListStatement;

/**
 * Document that restricts the networks from which an AccessKey, or every AccessKey of an account, may be
 * used.
 */
export interface NetworkPolicy {
  readonly Version: 1;
  readonly Status: 'Active' | 'Inactive';
  readonly Statements: readonly NetworkPolicyStatement[];
}

export type NetworkPolicyProblemCode = 'InvalidParameter.AccessKeyPolicy' | 'LimitExceeded.AccessKeyPolicy';

export interface NetworkPolicyProblem {
  readonly ok: false;
  readonly code: NetworkPolicyProblemCode;
  /** One sentence for the author of the document. */
  readonly reason: string;
}

type Parsed<T> = { readonly ok: true; readonly value: T } | NetworkPolicyProblem;
type JsonObject = Readonly<Record<string, unknown>>;

function invalid(reason: string): NetworkPolicyProblem {
  return { ok: false, code: 'InvalidParameter.AccessKeyPolicy', reason };
}

function beyondLimit(reason: string): NetworkPolicyProblem {
  return { ok: false, code: 'LimitExceeded.AccessKeyPolicy', reason };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Quotes user input, shortened for an error message. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return `\`${text.length > 64 ? `${text.slice(0, 64)}…` : text}\``;
}

/**
 * Returns the problem of an unknown field, if any: it might be one that restricts, so the whole document is
 * refused.
 */
function unknownField(
  object: JsonObject,
  known: readonly string[],
  where: string,
): NetworkPolicyProblem | undefined {
  const field = Object.keys(object).find((key) => !known.includes(key));
  return field === undefined ? undefined : invalid(`${quote(field)} is not a field of ${where}`);
}

function parseIpList(value: unknown, where: string): Parsed<readonly string[]> {
  if (!Array.isArray(value)) return invalid(`${where}.IPList must be an array of addresses or CIDR blocks`);
  if (value.length === 0) return invalid(`${where}.IPList must name at least one address or CIDR block`);
  // Counted before the entries are parsed: a list of a million is refused at once.
  if (value.length > MAX_IP_ENTRIES) return tooManyIpEntries(value.length);
  const entries: string[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'string' || parseIpNetwork(entry) === undefined) {
      return invalid(`${quote(entry)} in ${where}.IPList is not an IPv4 or IPv6 address or CIDR block`);
    }
    entries.push(entry);
  }
  return { ok: true, value: entries };
}

function tooManyIpEntries(count: number): NetworkPolicyProblem {
  return beyondLimit(`a policy may list ${MAX_IP_ENTRIES} addresses and CIDR blocks in all, not ${count}`);
}

function parseStatement(value: unknown, where: string): Parsed<NetworkPolicyStatement> {
  if (!isObject(value)) return invalid(`${where} must be an object`);
  const unknown = unknownField(value, ['Type', 'Value', 'IPList'], where);
  if (unknown) return unknown;
  const { Type, Value } = value as { Type?: unknown; Value?: unknown };

  if (Type === 'ClassicWhiteList') {
    if (Value !== undefined && Value !== '') return invalid(`${where}.Value belongs to VPCWhiteList only`);
    const addresses = parseIpList(value['IPList'], where);
    return addresses.ok ? { ok: true, value: { Type, IPList: addresses.value } } : addresses;
  }
  if (Type === 'VPCWhiteList') {
    if (typeof Value !== 'string' || (Value !== ALLOW_ALL_VPC && !VPC_ID_FORMAT.test(Value))) {
      return invalid(`${where}.Value must be a VPC id (\`vpc-…\`) or \`${ALLOW_ALL_VPC}\``);
    }
    const addresses = parseIpList(value['IPList'], where);
    return addresses.ok ? { ok: true, value: { Type, Value, IPList: addresses.value } } : addresses;
  }
  return invalid(`${where}.Type must be \`ClassicWhiteList\` or \`VPCWhiteList\``);
}

/**
 * Parses the `AccessKeyPolicy` parameter of RAM's SetAccessKeyPolicy and SetAccessKeyPolicyForAccount.
 *
 * `Version` is 1 and optional; `Status` and `Statements` are required, so `{}` is refused; `Statements` may
 * be empty. Limits: 8 statements and 50 addresses or blocks per policy. RAM's reference requires `IPList` for
 * ClassicWhiteList and says nothing for VPCWhiteList; it is required for both here, since its absence could
 * mean every address or none.
 *
 * A repeated JSON name is refused: parsers disagree about which value counts.
 */
export function parseNetworkPolicy(
  text: string,
): { readonly ok: true; readonly policy: NetworkPolicy } | NetworkPolicyProblem {
  const reading = parseStrictJson(text);
  if (!reading.ok) return invalid(`the policy is not valid JSON: ${reading.problem}`);
  const document = reading.value;
  if (!isObject(document)) return invalid('the policy must be a JSON object');
  const unknown = unknownField(document, ['Version', 'Status', 'Statements'], 'the policy');
  if (unknown) return unknown;
  const { Version, Status, Statements } = document as {
    Version?: unknown;
    Status?: unknown;
    Statements?: unknown;
  };

  if (Version !== undefined && Version !== 1) return invalid('Version must be the number 1, or left out');
  if (Status !== 'Active' && Status !== 'Inactive') return invalid('Status must be `Active` or `Inactive`');
  if (!Array.isArray(Statements)) return invalid('Statements must be an array; it may be empty');
  if (Statements.length > MAX_STATEMENTS) {
    return beyondLimit(`a policy may have ${MAX_STATEMENTS} statements, not ${Statements.length}`);
  }

  const statements: NetworkPolicyStatement[] = [];
  let ipEntries = 0;
  for (const [index, value] of (Statements as unknown[]).entries()) {
    const statement = parseStatement(value, `Statements[${index}]`);
    if (!statement.ok) return statement;
    statements.push(statement.value);
    ipEntries += statement.value.IPList.length;
  }
  if (ipEntries > MAX_IP_ENTRIES) return tooManyIpEntries(ipEntries);
  return { ok: true, policy: { Version: 1, Status, Statements: statements } };
}

/**
 * Serialises a policy as RAM's Get operations show it: JSON without blanks, always with `Version`, fields in
 * RAM's order, addresses as written. `parseNetworkPolicy` parses it to an equal policy.
 */
export function writeNetworkPolicy(policy: NetworkPolicy): string {
  return JSON.stringify({
    Version: policy.Version,
    Status: policy.Status,
    Statements: policy.Statements.map((statement) =>
      statement.Type === 'VPCWhiteList'
        ? { Type: statement.Type, Value: statement.Value, IPList: statement.IPList }
        : { Type: statement.Type, IPList: statement.IPList },
    ),
  });
}

/** Compiled active network policy. */
export interface CompiledNetworkPolicy {
  /** For calls from outside a VPC. */
  readonly classic: IpNetworkSet;
  /** For calls through a VPC, by its id; `AllowAllVPC` has the addresses admitted from every VPC. */
  readonly byVpc: ReadonlyMap<string, IpNetworkSet>;
}

function networkSet(statements: readonly NetworkPolicyStatement[]): IpNetworkSet {
  const entries = statements.flatMap((statement) => statement.IPList);
  return new IpNetworkSet(
    entries.map((entry) => {
      const network = parseIpNetwork(entry);
      if (network === undefined) throw new TypeError(`not an address or CIDR block: ${quote(entry)}`);
      return network;
    }),
  );
}

/**
 * Compiles a policy.
 *
 * @returns undefined if the policy is Inactive: it is kept, but does not restrict (for a key, the account's
 *   policy applies instead). An Active policy always restricts; without statements it admits no address,
 *   since a call that no statement matches is refused.
 */
export function compileNetworkPolicy(policy: NetworkPolicy): CompiledNetworkPolicy | undefined {
  if (policy.Status === 'Inactive') return undefined;
  const classic = policy.Statements.filter((statement) => statement.Type === 'ClassicWhiteList');
  const vpc = policy.Statements.filter((statement) => statement.Type === 'VPCWhiteList');
  const byVpc = new Map<string, IpNetworkSet>();
  for (const [value, statements] of Map.groupBy(vpc, (statement) => statement.Value)) {
    byVpc.set(value, networkSet(statements));
  }
  return { classic: networkSet(classic), byVpc };
}

/** Origin of a call. */
export interface RequestOrigin {
  /** Client's address; an invalid one is admitted by no policy. */
  readonly address: string;
  /** Operator's network of the address (`VpcNetworks`); never from the client. */
  readonly vpcId?: string | undefined;
}

/**
 * Whether a policy admits a call: at least one statement has to match.
 *
 * A call from outside a VPC is judged by ClassicWhiteList statements, one through a VPC by the VPCWhiteList
 * statements for that VPC or for all. Only addresses in a network that the operator named came through a VPC;
 * every other call, private addresses included, is judged by ClassicWhiteList.
 */
export function admitsOrigin(policy: CompiledNetworkPolicy, origin: RequestOrigin): boolean {
  if (origin.vpcId === undefined) return policy.classic.hasText(origin.address);
  return (
    policy.byVpc.get(origin.vpcId)?.hasText(origin.address) === true ||
    policy.byVpc.get(ALLOW_ALL_VPC)?.hasText(origin.address) === true
  );
}
