/** Generates `docs/errors.md` from the tables of refusals: `npm run docs:reference`. */
import { docsAnchor, refusalRows } from '../src/errors/refusal-table.ts';
import { TOPICS } from './refusal-causes.ts';
import type { Explanation } from './refusal-topic.ts';

/** Rows of the tables that have one code on the wire. */
interface DocumentedCode {
  readonly code: string;
  readonly statuses: ReadonlySet<number>;
  readonly messages: ReadonlySet<string>;
}

/** Place of a code's explanation: its topic, and the code or beginning of codes that it is explained under. */
interface Place {
  readonly topic: number;
  readonly key: string;
}

/** Text of `docs/errors.md`. @throws Error if a code has no explanation, or an explanation no code */
export function errorsPage(): string {
  const codes = documentedCodes();
  const places = new Map(codes.map(({ code }) => [code, placeOf(code)]));
  assertEachIsUsed([...places.values()]);
  const sections = TOPICS.map(({ title }, topic) => [
    `## ${title}`,
    [
      '| code | status | message | cause | what to do |',
      '| --- | --- | --- | --- | --- |',
      ...codes.filter(({ code }) => places.get(code)?.topic === topic).map(rowOf),
    ].join('\n'),
  ]);
  return [
    '# Error codes',
    'Generated from the tables of refusals by `npm run docs:reference`; do not edit.',
    'A refused request is answered with a code for programs and a message for people:',
    [
      '```json',
      JSON.stringify(
        {
          RequestId: 'B2C1E1E0-6C1C-4D3B-9B0B-0A1D2E3F4A5B',
          HostId: 'ims.aliyuncs.com',
          Code: 'EntityNotExist.User',
          Message: 'The user does not exist: alice.',
          Recommend: 'https://api.alibabacloud.com/troubleshoot?q=EntityNotExist.User&product=Ims',
        },
        undefined,
        2,
      ),
      '```',
    ].join('\n'),
    "Codes, statuses and messages are RAM's where RAM has them. `{…}` stands for a value of the request. The audit event has the same `RequestId`. Every code is an anchor of this page: `errors.md#EntityNotExist.User`.",
    ...sections.flat(),
  ]
    .join('\n\n')
    .concat('\n');
}

function documentedCodes(): readonly DocumentedCode[] {
  const rows = Map.groupBy(refusalRows(), ([, { code }]) => code);
  return [...rows].map(([code, ofCode]) => ({
    code,
    statuses: new Set(ofCode.map(([, { status }]) => status)),
    messages: new Set(ofCode.map(([, { message }]) => message)),
  }));
}

function rowOf({ code, statuses, messages }: DocumentedCode): string {
  const { cause, remedy } = explanationOf(placeOf(code));
  const cells = [
    `<a id="${docsAnchor(code)}"></a>\`${code}\``,
    [...statuses].join(', '),
    [...messages].join('<br>'),
    cause,
    remedy,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function placeOf(code: string): Place {
  const candidates = TOPICS.flatMap(({ explanations }, topic) =>
    Object.keys(explanations)
      .filter((key) => key === code || (key.endsWith('.') && code.startsWith(key)))
      .map((key) => ({ topic, key })),
  );
  const [best] = candidates.toSorted((a, b) => b.key.length - a.key.length);
  if (best === undefined) throw new Error(`${code} is not explained: api-description/refusal-causes.ts`);
  return best;
}

function explanationOf({ topic, key }: Place): Explanation {
  const [cause, remedy] = TOPICS[topic]!.explanations[key]!;
  return { cause, remedy };
}

function assertEachIsUsed(places: readonly Place[]): void {
  const used = new Set(places.map(({ key }) => key));
  const unused = TOPICS.flatMap(({ explanations }) => Object.keys(explanations)).filter(
    (key) => !used.has(key),
  );
  if (unused.length > 0) throw new Error(`codes that no table has are explained: ${unused.join(', ')}`);
}
