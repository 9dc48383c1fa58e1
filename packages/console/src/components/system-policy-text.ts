/** Sentences in the descriptions of system policies, each with its key in the catalogue. */
const SENTENCES = {
  'As published by Alibaba Cloud.': 'published',
  'Derived by Claviger from the name: the document is not published.': 'derived',
  'Defined by Claviger: the document is not published.': 'own',
  'Empty, grants nothing: the document is not published.': 'unpublished',
  'Empty, grants nothing: this installation does not know the policy.': 'unknown',
  'For the service-linked role of its service only.': 'linkedRole',
  'For a role that its service assumes.': 'serviceRole',
  'Everything: all actions on all resources of the account.': 'everything',
  'Everything in RAM: users, groups, roles, policies and all AccessKeys but those of the account root.':
    'ramFull',
  'Reading in RAM: users, groups, roles, policies, and AccessKeys without their secrets.': 'ramRead',
  'Assuming any role that trusts the caller.': 'assumeRole',
  'Everything in ActionTrail, the record of what was done in the account.': 'trailFull',
  'Reading in ActionTrail, the record of what was done in the account.': 'trailRead',
  'Reading in everything that Claviger answers itself: RAM and ActionTrail.': 'read',
} as const;

/** Key of a sentence. */
export type SentenceKey = (typeof SENTENCES)[keyof typeof SENTENCES];

/** Returns the keys of the sentences of a system policy's description; undefined if one is not known. */
export function sentenceKeys(description: string): readonly SentenceKey[] | undefined {
  const keys: SentenceKey[] = [];
  let rest = description;
  while (rest !== '') {
    const found = Object.entries(SENTENCES).find(([sentence]) => rest.startsWith(sentence));
    if (found === undefined) return undefined;
    keys.push(found[1]);
    rest = rest.slice(found[0].length).trimStart();
  }
  return keys;
}
