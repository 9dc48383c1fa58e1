import { parseNetworkPolicy } from '@claviger/guard';
import { networkPolicyWarnings } from '@claviger/guard/internal';
import {
  type Place,
  type PolicyFault,
  type PolicyWarning,
  parsePolicy,
  placesInJson,
  policyWarnings,
} from '@claviger/policy';
import { POLICY_DOCUMENT_CHARACTERS } from '../context/limits.ts';

/** Types of documents that the console edits. */
export type DocumentKind = 'identity' | 'trust' | 'network';

/** Maximum number of faults returned for one document: the answer could be many times the size of the request. */
const MAX_FAULTS = 200;

/**
 * Returns all faults, warnings and notes of a document with their positions, as ValidatePolicyDocument answers
 * them. Malicious documents take long: run on a worker thread (`PolicyAnalysis`).
 */
export function documentFaults(document: string, kind: DocumentKind): readonly WireFault[] {
  const faults = kind === 'network' ? networkFaults(document) : policyFaults(document, kind);
  if (faults.length <= MAX_FAULTS) return faults;
  const more = `There are ${faults.length - MAX_FAULTS} more; correct these first.`;
  return [...faults.slice(0, MAX_FAULTS), wireFault('error', more, { line: 1, column: 1 }, undefined)];
}

/** A fault, warning or note, as answered. */
export interface WireFault {
  readonly Message: string;
  readonly Line: number;
  readonly Column: number;
  readonly EndLine?: number;
  readonly EndColumn?: number;
  readonly Code?: string;
  readonly Subject?: string;
  readonly Severity: 'error' | 'warning' | 'info';
}

function policyFaults(document: string, kind: 'identity' | 'trust'): WireFault[] {
  const parsed = parsePolicy(document, kind);
  const { places } = placesInJson(document);
  const toWire = (severity: 'error' | 'info') => (fault: PolicyFault) =>
    wireFault(severity, `${sentence(fault.problem)} ${sentence(fault.fix)}`, fault, places.get(fault.path));
  const length = [...document].length;
  const tooLong =
    length > POLICY_DOCUMENT_CHARACTERS
      ? [
          wireFault(
            'error',
            `The document has ${length} characters; ${POLICY_DOCUMENT_CHARACTERS} are allowed.`,
            { line: 1, column: 1 },
            places.get('$'),
          ),
        ]
      : [];
  if (!parsed.ok) return [...tooLong, ...parsed.faults.map(toWire('error'))];
  const warnings = policyWarnings(document, kind).map((warning) =>
    wireWarning(warning, places.get(warning.path)),
  );
  return [...tooLong, ...warnings, ...parsed.notes.map(toWire('info'))];
}

/** Returns the faults of a network policy. Its parser reports one fault at a time, and names its statement. */
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
  // The position of an unknown or duplicate member starts at its name, before its value.
  const ends = place !== undefined && place.line === line && place.column === column;
  return {
    Message: message,
    Line: line,
    Column: column,
    ...(ends && { EndLine: place.endLine, EndColumn: place.endColumn }),
    Severity: severity,
  };
}

/** Returns a fault's text, a lower-case phrase, as a sentence. */
function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}
