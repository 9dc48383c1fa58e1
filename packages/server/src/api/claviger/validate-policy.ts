import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { oneOf, text } from '../../wire/parameter.ts';
import { laneOf } from '../lane-of.ts';
import { version } from './version.ts';

/** Far more than any policy may have, so that one that is too long is told what else is wrong with it. */
const charactersAtMost = 65_536;

/** What is wrong with a document, before anybody stores it. */
export const validatePolicyOperations: readonly Operation[] = [
  // All that is wrong with a policy, warnings of what does not do what it seems to, and notes, each at its place.
  // Warnings have a code, and what they are about as their subject.
  ownOperation({
    product: 'Claviger',
    version,
    name: 'ValidatePolicyDocument',
    access: 'read',
    input: {
      PolicyDocument: text({ max: charactersAtMost }),
      Kind: oneOf('identity', 'trust', 'network'),
    },
    answer: {
      Valid: 'boolean',
      Faults: [
        {
          Message: 'string',
          Line: 'number',
          Column: 'number',
          'EndLine?': 'number',
          'EndColumn?': 'number',
          Severity: 'error|warning|info',
          'Code?': 'string',
          'Subject?': 'string',
        },
      ],
    },
    // It is only about the text that the caller has brought.
    authorize: () => [],
    async handle({ PolicyDocument: document, Kind: kind }, call) {
      const faults = await call.services.policyAnalysis.faults(laneOf(call), document, kind);
      return { Valid: !faults.some(({ Severity }) => Severity === 'error'), Faults: faults };
    },
  }),
];
