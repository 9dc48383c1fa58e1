/** Use cases of AccessKeys, with the page of the safer alternative. */
export const USE_CASES = [
  { key: 'cli', saferAt: '/roles' },
  { key: 'code', saferAt: '/roles' },
  { key: 'thirdParty', saferAt: '/roles' },
  { key: 'workload', saferAt: '/sso' },
  { key: 'local', saferAt: '/sso' },
  { key: 'other', saferAt: '/policies' },
] as const;

/** Key of a use case. It is advice only and does not affect the key (S30). */
export type UseCase = (typeof USE_CASES)[number]['key'];
