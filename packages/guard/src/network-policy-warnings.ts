import { isEveryAddress, type PolicyWarning, parseIpNetwork, placesInJson } from '@claviger/policy';
import { parseNetworkPolicy } from './network-policy.ts';

/**
 * Warns of a valid key network policy that restricts nothing: a `ClassicWhiteList` of every address. A
 * `VPCWhiteList` of every address is RAM's way to say every address inside of that VPC.
 *
 * @param text of the policy
 * @returns warnings in the order of the text; none for an invalid text
 */
export function networkPolicyWarnings(text: string): readonly PolicyWarning[] {
  const parsed = parseNetworkPolicy(text);
  if (!parsed.ok) return [];
  const { places } = placesInJson(text);
  return parsed.policy.Statements.flatMap(({ Type, IPList }, at) => {
    if (Type !== 'ClassicWhiteList') return [];
    return IPList.flatMap((entry, index): PolicyWarning[] => {
      const network = parseIpNetwork(entry);
      if (network === undefined || !isEveryAddress(network)) return [];
      const path = `$.Statements[${at}].IPList[${index}]`;
      const { line = 1, column = 1 } = places.get(path) ?? {};
      return [
        {
          code: 'EveryAddress',
          path,
          line,
          column,
          subject: entry,
          problem: `\`${entry}\` holds every IPv${network.family} address`,
          fix: 'name the networks that are meant',
        },
      ];
    });
  });
}
