import type { PrincipalClause } from './document.ts';
import { memberPath, quote } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import type { JsonMember, JsonNode } from './json-reader.ts';
import { membersOf, type PlacedText, reportUnknownMembers, textsOf } from './json-values.ts';
import { readFederatedEntity, readRamEntity, readServiceEntity } from './trusted-entity.ts';

const KINDS = ['RAM', 'Service', 'Federated'] as const;

const CHECKS: Readonly<Record<(typeof KINDS)[number], { isValid(text: string): boolean; fix: string }>> = {
  RAM: {
    isValid: (text) => readRamEntity(text) !== undefined,
    fix: 'write `acs:ram::<account>:root` for a whole account, or `…:user/<name>` or `…:role/<name>` for one of it',
  },
  Service: {
    isValid: (text) => readServiceEntity(text) !== undefined,
    fix: 'write the host name of the service, as in `ecs.aliyuncs.com`, or `<account>@<host name>` for a service that acts for another account',
  },
  Federated: {
    isValid: (text) => readFederatedEntity(text) !== undefined,
    fix: 'write `acs:ram::<account>:saml-provider/<name>` or `…:oidc-provider/<name>`',
  },
};

/**
 * Parses the `Principal` of a trust statement. Wildcards are refused: `*` would let any principal with an
 * account here assume the role, and RAM writes whole accounts as `root`. An empty list beside another one is
 * accepted and names no principal, as in RAM; a `Principal` of empty lists only is refused, since the statement
 * would have no effect.
 */
export function parsePrincipals(
  member: JsonMember | undefined,
  statement: JsonNode,
  path: string,
  faults: FaultList,
): PrincipalClause | undefined {
  if (member === undefined) {
    faults.add(
      path,
      statement.at,
      'the statement has no `Principal`',
      'name the entity that the role trusts',
    );
    return undefined;
  }
  const principalPath = `${path}.Principal`;
  const members = membersOf(member.value, principalPath, faults);
  if (members === undefined) return undefined;
  reportUnknownMembers(members, KINDS, principalPath, faults);
  if (members.every(({ value }) => isEmptyList(value))) {
    faults.add(
      principalPath,
      member.value.at,
      '`Principal` names no trusted entity',
      'name the entity that the role trusts',
    );
  }
  const texts = (kind: (typeof KINDS)[number]): readonly string[] => {
    const found = members.find((each) => each.name === kind);
    if (found === undefined || isEmptyList(found.value)) return [];
    const values = textsOf(found.value, memberPath(principalPath, kind), faults);
    for (const value of values) reportInvalidEntity(kind, value, faults);
    return values.map((value) => value.text);
  };
  let clause: PrincipalClause | undefined;
  const found = faults.faultsOf(() => {
    clause = { ram: texts('RAM'), service: texts('Service'), federated: texts('Federated') };
  });
  return found.length === 0 ? clause : undefined;
}

function isEmptyList(node: JsonNode): boolean {
  return node.kind === 'array' && node.items.length === 0;
}

function reportInvalidEntity(kind: (typeof KINDS)[number], value: PlacedText, faults: FaultList): void {
  const { isValid, fix } = CHECKS[kind];
  if (isValid(value.text)) return;
  const problem = /[*?]/.test(value.text)
    ? `${quote(value.text)} holds a wildcard, which \`${kind}\` does not take`
    : `${quote(value.text)} is not a trusted entity of \`${kind}\``;
  faults.add(value.path, value.at, problem, fix);
}
