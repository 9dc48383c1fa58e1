import {
  type ConditionKey,
  OPERATION_CONDITION_KEYS,
  REQUEST_CONDITION_KEYS,
  TAGGED_RESOURCE_ACTIONS,
  UNFILLED_CONDITION_KEYS,
} from '@claviger/policy';

const example = `{ "Version": "1", "Statement": [
  { "Effect": "Allow", "Action": "ram:*", "Resource": "*" },
  { "Effect": "Deny", "Action": "ram:*", "Resource": "*",
    "Condition": { "StringEquals": { "acs:ResourceTag/env": "production" } } } ] }`;

const trustExample = `{ "Version": "1", "Statement": [
  { "Effect": "Allow", "Action": ["ram:CreateRole", "ram:UpdateRole"], "Resource": "*" },
  { "Effect": "Deny", "Action": ["ram:CreateRole", "ram:UpdateRole"], "Resource": "*",
    "Condition": { "ForAnyValue:StringEquals": { "ram:TrustedPrincipalTypes": ["RAM", "Federated"] } } } ] }`;

const principalExample = `{ "Version": "1", "Statement": [
  { "Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": { "StringNotLike": { "acs:PrincipalARN": "acs:ram:*:*:role/deployer" } } } ] }`;

const warnings = [
  ['`ConditionKeyNeverFilled`', 'no request for the actions of the statement has the key'],
  [
    '`MfaPresentAbsentForKeys`',
    'a Deny on `Bool` `acs:MFAPresent` `false`: calls signed by a key do not have it; `BoolIfExists` denies them too',
  ],
  ['`OidcTrustTooWide`', 'a role trusts an OIDC provider without a condition on `oidc:sub` or `oidc:aud`'],
  ['`EveryAddress`', '`0.0.0.0/0`, `::/0` or another spelling of every address'],
  [
    '`ImsActionHasNoEffect`',
    '`ims:…` without the same of `ram:`: IMS operations are authorised by actions of `ram:`',
  ],
  [
    '`ResourceNeverMatches`',
    '`acs:RAM:…`, `acs:ims:…`, `acs:sts:…` and the like: no resource of the server begins so, and a Deny on it never holds',
  ],
] as const;

/** `docs/condition-keys.md`: every condition key, where its value comes from, and when it is absent. */
export function conditionKeysPage(): string {
  return [
    '# Condition keys of policies',
    'Made from `packages/policy/src/condition-keys.ts` by `npm run docs:reference`; do not edit.',
    'An administrator of everything but what is tagged `env=production`:',
    ['```json', example, '```'].join('\n'),
    '## Which keys a request has',
    'Keys are compared without regard to case, tag keys included: tags whose keys differ in case alone are one key with several values. A key that is absent makes a positive operator not hold and a negated one hold; `…IfExists` holds, `Null` asks for it.',
    'Every request is asked for these, at the server and behind guards:',
    table(REQUEST_CONDITION_KEYS, false),
    'These come from what an operation is given or acts on:',
    table(OPERATION_CONDITION_KEYS, true),
    'These are keys of RAM that nothing here fills:',
    table(UNFILLED_CONDITION_KEYS, false),
    '## Deny roles that trust more than services',
    ['```json', trustExample, '```'].join('\n'),
    'The values come from the parsed trust policy, not from its spelling: a principal counts if an Allow statement names it. `ForAnyValue` asks for one of several values, `ForAllValues` for all. RAM does not say what `ForAllValues` does without a value; here it holds in a Deny and not in an Allow, so that no permission is given by the absence of a key; `ForAllValues:…IfExists` holds in both. A negated operator without prefix holds if no value matches.',
    '## Name a role in acs:PrincipalARN',
    ['```json', principalExample, '```'].join('\n'),
    'Everything is denied to all but the sessions of the role `deployer`. RAM shows sessions as `acs:ram::ACCOUNT:assumed-role/ROLE/SESSION` (GetCallerIdentity) and names their role in its samples (`acs:ram:*:*:role/ROLE`). Both are compared, as alternatives of one value: `StringLike` holds if either matches, `StringNotLike` if neither does, so a Deny of all but a role and a Deny of a role mean what they say. As a policy variable the key is the session. Users are named as `acs:ram::ACCOUNT:user/NAME`; names are compared as they are spelled, except that the name of a role may be in lower case.',
    'A service behind a guard has keys of its own, and names tags of its resources: see `conditions` in [guard.md](guard.md). Which keys and operators public policies use: [real-policies.md](real-policies.md).',
    '## Name networks as VPCs',
    'There are no VPCs here. The operator names networks, and an address in one counts as a call through that VPC:',
    [
      '```sh',
      'claviger serve --vpc vpc-build=10.20.0.0/16 --vpc vpc-office=192.0.2.0/24',
      'CLAVIGER_VPC=vpc-build=10.20.0.0/16,vpc-office=192.0.2.0/24 claviger serve',
      '```',
    ].join('\n'),
    'Gateway and forward-auth have `vpc: [vpc-build=10.20.0.0/16]`, the library `vpcNetworks`. A name begins with `vpc-`; it may have several networks; networks of two names must not overlap. Without the option no address counts. `acs:SourceVpc` is the name, `acs:VpcSourceIp` the address; `VPCWhiteList` statements of key network policies are about these networks. As in RAM, a call through a VPC is judged by `VPCWhiteList` statements alone: a `ClassicWhiteList` does not admit an address of a named network.',
    'Clients never choose: the address is that of the connection, or what a trusted proxy says.',
    '## Warnings of the validator',
    'A document is valid, and does not do what it seems to. `ValidatePolicyDocument` answers these with `Severity` `warning` and a `Code`; operations that store a policy name them in the header `x-claviger-warning`; the console shows them in the editor; `claviger policy check FILE` prints them.',
    rows(['code', 'what is warned of'], warnings),
    '## Actions that have acs:ResourceTag',
    'Actions on one user, role or policy of the own account. Of several resources each is asked about with its own tags.',
    TAGGED_RESOURCE_ACTIONS.map((action) => `\`${action}\``).join(', '),
    '## Why tags of resources are not in error messages',
    'A refused caller may not be allowed to read them: `DecodeDiagnosticMessage` tells every condition value but `acs:ResourceTag/…`, `ram:TrustedPrincipalTypes`, `ram:ServiceNames` and `ram:ServiceName`. Tags of resources of other accounts are not filled, since a policy could be used to guess them.',
  ]
    .join('\n\n')
    .concat('\n');
}

function table(keys: Readonly<Record<string, ConditionKey>>, withActions: boolean): string {
  return rows(
    ['key', 'type', 'value', ...(withActions ? ['for'] : []), 'absent'],
    Object.entries(keys).map(([name, key]) => [
      `\`${name.endsWith('/') ? `${name}KEY` : name}\``,
      key.type,
      key.source,
      ...(withActions ? [usedFor(key)] : []),
      key.absent,
    ]),
  );
}

function usedFor({ actions, kinds, principal }: ConditionKey): string {
  const named =
    actions === TAGGED_RESOURCE_ACTIONS
      ? '[actions on one user, role or policy](#actions-that-have-acsresourcetag)'
      : (actions?.map((action) => `\`${action}\``).join(', ') ?? 'all actions');
  const where = kinds === undefined ? '' : ` in ${kinds.join(' and ')} policies`;
  return `${named}${where}${principal === 'Federated' ? ', federated principals' : ''}`;
}

function rows(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n');
}
