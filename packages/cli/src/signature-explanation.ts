import type { Explanation, ExplanationStep, FirstDifference } from '@claviger/signature';
import { green, red, type Terminal } from './terminal.ts';

const LABELS = { holds: 'ok', fails: 'FAILS', unknown: '?' } as const;
const CONTEXT_CHARACTERS = 40;

/** Returns the lines of an explanation: each step with its advice, then the first difference. */
export function explanationLines(terminal: Terminal, { steps, difference }: Explanation): string[] {
  return [
    ...steps.flatMap((step) => stepLines(terminal, step)),
    ...(difference ? differenceLines(difference) : []),
  ];
}

/** Returns the lines of the failing steps with their advice, to be printed below an error message. */
export function failureLines({ steps, difference }: Explanation): string[] {
  const failing = steps.filter(
    ({ outcome, advice, check }) => outcome === 'fails' || (check === 'signature' && advice.length > 0),
  );
  return [
    ...failing.flatMap(({ check, seen, advice }) => [
      `  ${check.padEnd(9)} ${seen}`,
      ...advice.map((line) => `            ${line}`),
    ]),
    ...(difference ? differenceLines(difference) : []),
  ];
}

function stepLines(terminal: Terminal, { check, outcome, seen, advice }: ExplanationStep): string[] {
  const label = LABELS[outcome].padEnd(5);
  const colour = outcome === 'holds' ? green : red;
  const marked = outcome === 'unknown' ? label : colour(terminal, label);
  return [`${marked}  ${check.padEnd(9)}  ${seen}`, ...advice.map((line) => `${' '.repeat(18)}${line}`)];
}

function differenceLines({ here, there, sameCharacters, offset }: FirstDifference): string[] {
  const start = Math.max(0, sameCharacters - CONTEXT_CHARACTERS);
  const excerpt = (line: string) => {
    const cut = line.slice(start, sameCharacters + CONTEXT_CHARACTERS);
    return `${start > 0 ? '…' : ''}${escapeControls(cut)}${line.length > sameCharacters + CONTEXT_CHARACTERS ? '…' : ''}`;
  };
  const before = escapeControls(here.slice(start, sameCharacters)).length + (start > 0 ? 1 : 0);
  return [
    `  this request  ${excerpt(here)}`,
    `  the server    ${excerpt(there)}`,
    `                ${' '.repeat(before)}^ byte ${offset + 1}`,
  ];
}

/** Escapes control characters. */
function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
