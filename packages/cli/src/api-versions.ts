/** Version of each product's API that the commands use. */
export const API_VERSIONS = {
  ims: '2019-08-15',
  ram: '2015-05-01',
  sts: '2015-04-01',
  actiontrail: '2020-07-06',
  claviger: '2026-11-24',
} as const;

/** Product of the API, by its RAM code. */
export type ApiProduct = keyof typeof API_VERSIONS;

/** Returns the API version of a product, in any letter case; `undefined` if there is no such product. */
export function versionOfProduct(product: string): string | undefined {
  const name = product.toLowerCase();
  return Object.hasOwn(API_VERSIONS, name) ? API_VERSIONS[name as ApiProduct] : undefined;
}
