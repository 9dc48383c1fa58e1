/** What people make AccessKeys for, and the place in the console where the safer way begins. */
export const useCases = [
  { key: 'cli', saferAt: '/roles' },
  { key: 'code', saferAt: '/roles' },
  { key: 'thirdParty', saferAt: '/roles' },
  { key: 'workload', saferAt: '/sso' },
  { key: 'local', saferAt: '/sso' },
  { key: 'other', saferAt: '/policies' },
] as const;

/** One of them. It is advice and nothing else: the key is the same whatever was chosen (S30). */
export type UseCase = (typeof useCases)[number]['key'];
