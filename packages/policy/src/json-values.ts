import { memberPath, quote } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import type { JsonMember, JsonNode } from './json-reader.ts';

/** Text in a policy, with its position. */
export interface PlacedText {
  readonly text: string;
  readonly at: number;
  readonly path: string;
}

/** Describes a JSON value in words. */
export function describe(node: JsonNode): string {
  if (node.kind === 'object' || node.kind === 'array') return `an ${node.kind}`;
  if (node.kind === 'null') return '`null`';
  return `the ${node.kind} ${quote(node.text)}`;
}

/** Returns the members of an object; reports a fault for anything else. */
export function membersOf(
  node: JsonNode,
  path: string,
  faults: FaultList,
): readonly JsonMember[] | undefined {
  if (node.kind === 'object') return node.members;
  faults.add(
    path,
    node.at,
    `${describe(node)} stands where an object must stand`,
    'write an object in braces',
  );
  return undefined;
}

/** Reports every member with an unknown name: what is not understood is never dropped. */
export function reportUnknownMembers(
  members: readonly JsonMember[],
  known: readonly string[],
  path: string,
  faults: FaultList,
): void {
  for (const member of members) {
    if (known.includes(member.name)) continue;
    const meant = known.find((name) => name.toLowerCase() === member.name.toLowerCase());
    faults.add(
      memberPath(path, member.name),
      member.at,
      `${quote(member.name)} is not a field that may stand here`,
      meant === undefined
        ? `use ${listOf(known)}, or remove it`
        : `write \`${meant}\`: case counts in field names`,
    );
  }
}

/** Returns the strings of a string or an array of strings; reports an empty array and other values. */
export function textsOf(
  node: JsonNode,
  path: string,
  faults: FaultList,
  acceptedKinds: readonly JsonNode['kind'][] = ['string'],
): readonly PlacedText[] {
  if (node.kind === 'array' && node.items.length === 0) {
    faults.add(path, node.at, 'the array is empty, so it says nothing', 'write at least one value');
  }
  const items: readonly JsonNode[] = node.kind === 'array' ? node.items : [node];
  const texts: PlacedText[] = [];
  for (const [index, item] of items.entries()) {
    const itemPath = node.kind === 'array' ? `${path}[${index}]` : path;
    if (acceptedKinds.includes(item.kind) && 'text' in item) {
      texts.push({ text: item.text, at: item.at, path: itemPath });
    } else {
      const kinds = acceptedKinds.map((kind) => `a ${kind}`).join(' or ');
      faults.add(itemPath, item.at, `${describe(item)} stands where ${kinds} must stand`, `write ${kinds}`);
    }
  }
  return texts;
}

export function listOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${quoted[quoted.length - 1]}`;
}
