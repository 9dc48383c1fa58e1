import { networkPolicyWarnings, parseNetworkPolicy } from '@claviger/guard';
import {
  type Place,
  type PolicyFault,
  type PolicyWarning,
  parsePolicy,
  placesInJson,
  policyWarnings,
} from '@claviger/policy';
import { limits } from '../../limits.ts';
import { type Answer, type Operation, operation } from '../../rpc/operation.ts';
import { oneOf, text } from '../../rpc/parameter.ts';
import { version } from './version.ts';

/** Far more than any policy may have, so that one that is too long is told what else is wrong with it. */
const charactersAtMost = 65_536;

/** What is wrong with a document, before anybody stores it. */
export const validatePolicyOperations: readonly Operation[] = [
  // All that is wrong with a policy, warnings of what does not do what it seems to, and notes, each at its place.
  // Warnings have a code, and what they are about as their subject.
  operation({
    product: 'Claviger',
    version,
    name: 'ValidatePolicyDocument',
    access: 'read',
    input: {
      PolicyDocument: text({ max: charactersAtMost }),
      Kind: oneOf('identity', 'trust', 'network'),
    },
    // It is only about the text that the caller has brought.
    authorize: () => [],
    async handle({ PolicyDocument: document, Kind }) {
      const faults = Kind === 'network' ? networkFaults(document) : policyFaults(document, Kind);
      return { Valid: !faults.some(({ Severity }) => Severity === 'error'), Faults: faults };
    },
  }),
];

interface WireFault extends Answer {
  readonly Severity: 'error' | 'warning' | 'info';
}

function policyFaults(document: string, kind: 'identity' | 'trust'): WireFault[] {
  const parsed = parsePolicy(document, kind);
  const { places } = placesInJson(document);
  const told = (severity: 'error' | 'info') => (fault: PolicyFault) =>
    wireFault(severity, `${sentence(fault.problem)} ${sentence(fault.fix)}`, fault, places.get(fault.path));
  const length = [...document].length;
  const tooLong =
    length > limits.policyDocumentCharacters
      ? [
          wireFault(
            'error',
            `The document has ${length} characters; ${limits.policyDocumentCharacters} are allowed.`,
            { line: 1, column: 1 },
            places.get('$'),
          ),
        ]
      : [];
  if (!parsed.ok) return [...tooLong, ...parsed.faults.map(told('error'))];
  const warnings = policyWarnings(document, kind).map((warning) =>
    wireWarning(warning, places.get(warning.path)),
  );
  return [...tooLong, ...warnings, ...parsed.notes.map(told('info'))];
}

/** Its reader tells of one fault at a time, and names its statement. */
function networkFaults(document: string): WireFault[] {
  const { places, faults } = placesInJson(document);
  if (faults.length > 0) {
    return faults.map((fault) =>
      wireFault('error', `${sentence(fault.problem)} ${sentence(fault.fix)}`, fault, undefined),
    );
  }
  const parsed = parseNetworkPolicy(document);
  if (parsed.ok) {
    return networkPolicyWarnings(document).map((warning) => wireWarning(warning, places.get(warning.path)));
  }
  const statement = /Statements\[\d+\]/.exec(parsed.reason)?.[0];
  const place = places.get(statement === undefined ? '$' : `$.${statement}`) ?? places.get('$');
  return [wireFault('error', sentence(parsed.reason), place ?? { line: 1, column: 1 }, place)];
}

function wireWarning(warning: PolicyWarning, place: Place | undefined): WireFault {
  const { code: Code, subject: Subject, problem, fix } = warning;
  return { ...wireFault('warning', `${sentence(problem)} ${sentence(fix)}`, warning, place), Code, Subject };
}

function wireFault(
  severity: WireFault['Severity'],
  message: string,
  { line, column }: { readonly line: number; readonly column: number },
  place: Place | undefined,
): WireFault {
  // The place of a member that is not known, or stands twice, begins at its name, before its value.
  const ends = place !== undefined && place.line === line && place.column === column;
  return {
    Message: message,
    Line: line,
    Column: column,
    ...(ends && { EndLine: place.endLine, EndColumn: place.endColumn }),
    Severity: severity,
  };
}

/** A fault's own words are a sentence in lower case without its end. */
function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}
