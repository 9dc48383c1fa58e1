import { useQuery } from '@tanstack/react-query';
import { call } from './call.ts';
import type { AnswerOf } from './operations.ts';
import type { OidcProvider } from './row-types.ts';

type SamlProvider = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListSAMLProviders'>['SAMLProviders']>['SAMLProvider']
>[number];

/** Identity providers of an account. */
export interface Providers {
  readonly saml: readonly SamlProvider[];
  readonly oidc: readonly OidcProvider[];
}

interface Page<Row> {
  readonly rows: readonly Row[] | undefined;
  readonly marker: string | undefined;
}

/** Reads the identity providers of one kind: an account has at most 1,000, and they have no search. */
export function useProviders<Kind extends keyof Providers>(kind: Kind) {
  return useQuery<Providers[Kind], Error>({
    queryKey: ['Ims', 'providers', kind],
    queryFn: async ({ signal }) =>
      (kind === 'saml'
        ? await readAll(async (page) => {
            const answer = await call('Ims', 'ListSAMLProviders', page, signal);
            return { rows: answer.SAMLProviders?.SAMLProvider, marker: answer.Marker };
          })
        : await readAll(async (page) => {
            const answer = await call('Ims', 'ListOIDCProviders', page, signal);
            return { rows: answer.OIDCProviders?.OIDCProvider, marker: answer.Marker };
          })) as Providers[Kind],
  });
}

async function readAll<Row>(
  read: (page: { readonly MaxItems: number; readonly Marker?: string }) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let marker: string | undefined;
  do {
    const page: Page<Row> = await read({ MaxItems: 100, ...(marker && { Marker: marker }) });
    rows.push(...(page.rows ?? []));
    marker = page.marker;
  } while (marker);
  return rows;
}
