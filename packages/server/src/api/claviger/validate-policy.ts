import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { jsonDocument, oneOf } from '../../wire/parameter.ts';
import { laneOf } from '../lane-of.ts';
import { VERSION } from './version.ts';

/** Far above the limit of a policy, so that the other faults of an oversized document are reported as well. */
const MAX_DOCUMENT_CHARACTERS = 65_536;

/** Operation that validates a policy document without storing it. */
export const validatePolicyOperations: readonly Operation[] = [
  // Returns the errors, warnings and notes on a policy document, each with its position. Warnings have a code and a
  // subject.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ValidatePolicyDocument',
    access: 'read',
    input: {
      PolicyDocument: jsonDocument({ max: MAX_DOCUMENT_CHARACTERS }),
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
    // Needs no permission: it concerns only the document in the request.
    authorize: () => [],
    async handle({ PolicyDocument: document, Kind: kind }, call) {
      const faults = await call.services.policyAnalysis.faults(laneOf(call), document, kind);
      return { Valid: !faults.some(({ Severity }) => Severity === 'error'), Faults: faults };
    },
  }),
];
