import { quote } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import type { PlacedText } from './json-values.ts';
import { literalText, readTemplate, splitAtColons } from './template.ts';

const FIX = 'write `acs:<ram-code>:<region>:<account>:<relative-id>`, or `*` for all resources';

/** Validates the values of `Resource` or `NotResource`; a pattern that could never match is refused. */
export function parseResources(values: readonly PlacedText[], faults: FaultList): void {
  for (const { text, at, path } of values) {
    const reading = readTemplate(text, true);
    if (!reading.ok) {
      faults.add(path, at, reading.problem, reading.fix);
      continue;
    }
    const first = reading.template[0];
    const canBeginAnArn = first?.kind !== 'text' || first.text.startsWith('acs:');
    const segments = splitAtColons(reading.template, 5);
    if (first === undefined) {
      faults.add(path, at, 'the resource is empty', FIX);
    } else if (!canBeginAnArn) {
      faults.add(path, at, `${quote(text)} does not begin with \`acs:\``, FIX);
    } else if (segments.length < 5 && literalText(reading.template) !== undefined) {
      faults.add(path, at, `${quote(text)} has fewer than five segments and no wildcard`, FIX);
    } else if (segments.length === 5 && segments[4]!.length === 0) {
      faults.add(path, at, `${quote(text)} ends before the relative id`, FIX);
    } else if (reading.template.some((part) => part.kind === 'variable')) {
      noteVariables(path, at, faults);
    }
  }
}

export function noteVariables(path: string, at: number, faults: FaultList): void {
  faults.note(
    path,
    at,
    "policy variables are not in RAM's own documentation",
    'write the value itself if the policy shall work in RAM as well',
  );
}
