import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';

/** Credential report: a table of all users and their credentials. */
export interface CredentialReportText {
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly csv: string;
}

/** Reads all parts of the last credential report; `undefined` if absent. */
export async function readCredentialReportText(): Promise<CredentialReportText | undefined> {
  let csv = '';
  let generatedAt = '';
  let NextToken: string | undefined;
  do {
    let part: Awaited<ReturnType<typeof readPart>>;
    try {
      part = await readPart(NextToken);
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === 'EntityNotExist.CredentialReport') return undefined;
      throw reason;
    }
    csv += csv === '' ? decoded(part.Content) : `\n${withoutHeading(decoded(part.Content), csv)}`;
    generatedAt = part.GeneratedTime ?? '';
    NextToken = part.IsTruncated === 'true' ? part.NextToken : undefined;
  } while (NextToken !== undefined);
  return { generatedAt, csv };
}

const readPart = (NextToken: string | undefined) => call('Ims', 'GetCredentialReport', { NextToken });

function decoded(content = ''): string {
  return new TextDecoder().decode(Uint8Array.from(atob(content), (character) => character.charCodeAt(0)));
}

/** Joins the parts; each may repeat the heading. */
function withoutHeading(part: string, first: string): string {
  const end = first.indexOf('\n');
  const heading = first.slice(0, end < 0 ? undefined : end + 1);
  return part.startsWith(heading) ? part.slice(heading.length) : part;
}
