/** A wording that must not come back, and what to write instead. */
export interface BannedPhrase {
  readonly pattern: RegExp;
  readonly instead: string;
}

/**
 * Wordings that hide a term of the field, and metaphors that a reader has to learn first.
 *
 * Patterns are matched line by line against sources, tests, docs, help and messages in English. Keep them narrow: a
 * pattern that hits correct English makes people work around the check.
 */
export const BANNED_PHRASES: readonly BannedPhrase[] = [
  // Pronouns where a term is missing.
  { pattern: /\bwho(ever|soever)\b/i, instead: 'the caller, the user, a client, any principal that …' },
  {
    pattern: /\b(whom|whomever|whosever)\b/i,
    instead: 'name the party: the caller, the target user, the owner',
  },
  { pattern: /nobody('s)?\b/i, instead: 'none, no caller, no user, unknown, `without …`' },
  { pattern: /\bsomebody('s)?\b/i, instead: 'a caller, a user, another user' },
  // Riddles.
  { pattern: /\bwhat there (is|was)\b/i, instead: 'name it: the existing records, the options' },
  {
    pattern: /\bthat there (is|are|was|were)( not)?(?= *[.,;:)'`]| *$| or )/i,
    instead: 'existing, or "absent", "unknown" for "that there is not"',
  },
  {
    pattern: /\b(undefined|null|-1|0|empty|absent|unset) (when|if|while|where) there (is|are) none\b/i,
    instead: '`undefined` if absent',
  },
  { pattern: /\bstands? for one that there is not\b/i, instead: '`null` if absent' },
  { pattern: /\b(clock|moment|milliseconds)\b.*\bnever set\b/i, instead: 'monotonic clock' },
  {
    pattern: /\/\*\* (By|As|Of|To|In|On|For|With) wh(at|om|ich|ose)\b/,
    instead: 'begin with a noun or a verb',
  },
  {
    pattern: /\bis no (time|rate|duration|number) (from|between|of)\b/i,
    instead: 'invalid X "v": expected …',
  },
  // Metaphors and private words.
  { pattern: /\bjourneys?\b|Journey(?=[A-Z(])/i, instead: 'request context' },
  { pattern: /\broads?\b|\bRoad(?=[A-Z])/i, instead: 'request dependencies, path, pipeline' },
  { pattern: /\bVisits?\b|\bvisitOf\b|\breceiveVisit\b|anonymous[- ]visit/, instead: 'anonymous request' },
  { pattern: /\b[Dd]oors?\b|(?<=[a-z])Doors?\b/, instead: 'console operation, endpoint, entry point' },
  { pattern: /inquest/i, instead: 'check state' },
  { pattern: /\bCheckpoint\b/, instead: 'GuardRuntime' },
  { pattern: /\bSurroundings\b|\bsurroundings\b/, instead: 'Dependencies' },
  { pattern: /\btapped\b|Tapped/i, instead: 'recorded connection' },
  { pattern: /\b(of|in) the house\b|^#+ The house\b/i, instead: 'repository layout, packages' },
  { pattern: /\bcounted-attempt\b|\bcountedAttempt\b/, instead: 'sign-in throttle' },
  {
    pattern: /\bstale-name\b|\bin-portions\b|\bvouching-account\b|\bhash-in-change\b|\blaid-out\b/,
    instead: 'what the module holds',
  },
  { pattern: /\blately[- ]asked\b|latelyAsked/i, instead: 'recently looked up' },
];
