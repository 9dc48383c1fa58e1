import { quote } from './map-fault.ts';
import type { PathTemplate } from './path-template.ts';
import { ResourceTemplate } from './resource-template.ts';
import { readValueSource, type ValueSource } from './value-source.ts';

/** Context of a resource template. */
export interface ResourceSetting {
  readonly service: string;
  readonly region: string;
  readonly template: PathTemplate;
}

export type ResourceReading =
  | { readonly ok: true; readonly resource: ResourceTemplate; readonly sources: readonly ValueSource[] }
  | { readonly ok: false; readonly problem: string };

const SEGMENTS_BEFORE_ID = 4;
/** Neither wildcards and variables of policies (`?`, `$`) nor control characters. `*` means "all". */
const LITERAL = /^[^?${}\p{C}]*$/u;
const REGION = /^(?:\*|[a-z0-9-]*)$/;

/**
 * Parses a resource template: `order/{orderId}`, or the whole ARN
 * `acs:orders:{region}:{account}:order/{orderId}`.
 *
 * Braces contain names of path parameters, `query.NAME` or `header.NAME`. Two of them must be separated by a
 * `/` or a `:`, which no value contains, so that one ARN has one meaning.
 */
export function readResource(text: string, { service, region, template }: ResourceSetting): ResourceReading {
  let head = `acs:${service}:${region}:`;
  let relative = text;
  if (text.startsWith('acs:')) {
    const segments = text.split(':');
    if (segments.length <= SEGMENTS_BEFORE_ID) {
      return wrong(`${quote(text)} is not an ARN: expected \`acs:${service}:{region}:{account}:TYPE/NAME\``);
    }
    const [, itsService, itsRegion, itsAccount] = segments;
    if (itsService !== service) {
      return wrong(`the resource belongs to ${quote(itsService!)}, and this map is that of \`${service}\``);
    }
    if (itsAccount !== '{account}') {
      return wrong("the account of a resource is `{account}`, the caller's own: write that");
    }
    if (itsRegion !== '{region}') {
      if (!REGION.test(itsRegion!)) return wrong(`${quote(itsRegion!)} is not a region`);
      head = `acs:${service}:${itsRegion}:`;
    }
    relative = segments.slice(SEGMENTS_BEFORE_ID).join(':');
  }
  return readRelativeId(head, relative, template);
}

function readRelativeId(head: string, relative: string, template: PathTemplate): ResourceReading {
  if (relative === '') return wrong('the resource is empty');
  const pieces: ({ readonly text: string } | { readonly from: ValueSource })[] = [];
  const sources: ValueSource[] = [];
  let at = 0;
  while (at < relative.length) {
    const open = relative.indexOf('{', at);
    const text = relative.slice(at, open < 0 ? relative.length : open);
    if (!LITERAL.test(text)) {
      return wrong(
        `${quote(text)} has a character that a resource cannot have (\`?\`, \`$\`, \`}\`, control characters)`,
      );
    }
    if (sources.length > 0 && text !== '' && open >= 0 && !/[/:]/.test(text)) {
      return wrong(`two values must be separated by a \`/\` or a \`:\`, not only by ${quote(text)}`);
    }
    if (text !== '') pieces.push({ text });
    else if (sources.length > 0 && open >= 0) return wrong('two values must be separated by a `/` or a `:`');
    if (open < 0) break;
    const close = relative.indexOf('}', open);
    if (close < 0) return wrong('a `{` is not closed');
    const name = relative.slice(open + 1, close);
    const source = readPlaceholder(name, template);
    if ('problem' in source) return wrong(source.problem);
    if (source.in === 'path' && source.isRest && close !== relative.length - 1) {
      return wrong(
        `\`{${name}}\` matches the rest of a path, slashes included, so it must be the end of the resource`,
      );
    }
    pieces.push({ from: source });
    sources.push(source);
    at = close + 1;
  }
  return { ok: true, resource: new ResourceTemplate(head, pieces), sources };
}

function readPlaceholder(name: string, template: PathTemplate): ValueSource | { readonly problem: string } {
  if (name === 'region' || name === 'account') {
    return { problem: `\`{${name}}\` has its own place in an ARN and cannot be used here` };
  }
  const text = /^(?:path|query|header)\./.test(name) ? name : `path.${name}`;
  return readValueSource(text, template.parameters, template.restIndex);
}

function wrong(problem: string): ResourceReading {
  return { ok: false, problem };
}
