import { inspect } from 'node:util';

/** A test of one file, as the reporter writes it: one JSON object a line. */
export interface TestResult {
  readonly file: string;
  /** Names of its suites, then its own. */
  readonly name: readonly string[];
  readonly isSuite: boolean;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, or how it failed. */
  readonly reason: string;
  readonly milliseconds: number;
}

/** Name of the test that stands before those of a file; the rest of it is the file's path. */
export const FILE_MARK = 'file: ';

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly nesting: number;
    readonly skip?: string | boolean;
    readonly details?: { readonly type?: string; readonly duration_ms: number; readonly error?: TestError };
  };
}

type TestError = Error & { readonly failureType?: string };

/** Makes a line with a {@link TestResult} of each test and suite that has ended. */
export async function* testResults(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  let file = '';
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      names.splice(data.nesting, Infinity, data.name);
      if (data.nesting === 0 && data.name.startsWith(FILE_MARK)) file = data.name.slice(FILE_MARK.length);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { skip, details } = data;
    const isSkipped = skip !== undefined && skip !== false;
    const result: TestResult = {
      file,
      name: [...names.slice(0, data.nesting), data.name],
      isSuite: details?.type === 'suite',
      outcome: type === 'test:fail' ? 'failed' : isSkipped ? 'skipped' : 'passed',
      reason: type === 'test:fail' ? failureText(details?.error) : typeof skip === 'string' ? skip : '',
      milliseconds: details?.duration_ms ?? 0,
    };
    yield `${JSON.stringify(result)}\n`;
  }
}

/** Empty for a suite that failed only because one of its tests did. */
function failureText(error: TestError | undefined): string {
  if (error === undefined || error.failureType === 'subtestsFailed') return '';
  return typeof error.cause === 'object' ? inspect(error.cause) : String(error.cause ?? error.message);
}
