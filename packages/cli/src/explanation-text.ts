import type { Explanation, ExplanationStep, FirstDifference } from '@claviger/signature';
import { bad, good, type Terminal } from './terminal.ts';

const LABELS = { holds: 'ok', fails: 'FAILS', unknown: '?' } as const;
const AROUND = 40;

/** An explanation for a person: a line for each step, what to do under it, and where two texts differ. */
export function linesOfExplanation(terminal: Terminal, { steps, difference }: Explanation): string[] {
  return [
    ...steps.flatMap((step) => linesOfStep(terminal, step)),
    ...(difference ? linesOfDifference(difference) : []),
  ];
}

/** The steps that fail alone, with what to do: for under an error message. */
export function linesOfFailure({ steps, difference }: Explanation): string[] {
  const failing = steps.filter(
    ({ outcome, advice, check }) => outcome === 'fails' || (check === 'signature' && advice.length > 0),
  );
  return [
    ...failing.flatMap(({ check, seen, advice }) => [
      `  ${check.padEnd(9)} ${seen}`,
      ...advice.map((line) => `            ${line}`),
    ]),
    ...(difference ? linesOfDifference(difference) : []),
  ];
}

function linesOfStep(terminal: Terminal, { check, outcome, seen, advice }: ExplanationStep): string[] {
  const label = LABELS[outcome].padEnd(5);
  const colour = outcome === 'holds' ? good : bad;
  const marked = outcome === 'unknown' ? label : colour(terminal, label);
  return [`${marked}  ${check.padEnd(9)}  ${seen}`, ...advice.map((line) => `${' '.repeat(18)}${line}`)];
}

function linesOfDifference({ here, there, sameCharacters, offset }: FirstDifference): string[] {
  const start = Math.max(0, sameCharacters - AROUND);
  const excerpt = (line: string) => {
    const cut = line.slice(start, sameCharacters + AROUND);
    return `${start > 0 ? '…' : ''}${visible(cut)}${line.length > sameCharacters + AROUND ? '…' : ''}`;
  };
  const before = visible(here.slice(start, sameCharacters)).length + (start > 0 ? 1 : 0);
  return [
    `  this request  ${excerpt(here)}`,
    `  the server    ${excerpt(there)}`,
    `                ${' '.repeat(before)}^ byte ${offset + 1}`,
  ];
}

/** Blanks at the ends and control characters, so that they can be seen. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
