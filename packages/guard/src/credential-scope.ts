import type { Acs4Scope, ParsedSignature } from '@claviger/signature';
import { firstHeader } from './request-headers.ts';

/** What a derived ACS4 key has to be scoped to, in order to sign a request here. */
export interface ServedScope {
  /** Code of the product that the request is for, compared without regard to case: `Ims`, `orders`. */
  readonly product: string;
  /** Region of the product's resources; `*` when they have none. */
  readonly region: string;
}

/** The region of a key that is derived for none: what the official client writes for an endpoint without a region. */
const NO_REGION = 'center';

/**
 * Why the key that signed a request may not sign it: an ACS4 key can be derived for one day, region and product, and
 * handed to somebody who is meant to use it there only. The day was compared with `x-acs-date` by `parseSignature`.
 *
 * The product is that of the request. The region is the product's own, or `center`. For a product without a region it
 * is also the one that the official client reads out of the host, `ims.cn-beijing.aliyuncs.com`.
 *
 * @returns a sentence; undefined when the scope is right, or the scheme derives no keys
 */
export function scopeProblem(signature: ParsedSignature, served: ServedScope): string | undefined {
  if (!('scope' in signature)) return undefined;
  const { product, region }: Acs4Scope = signature.scope;
  if (product.toLowerCase() !== served.product.toLowerCase()) {
    return `The credential is for the product \`${product.slice(0, 64)}\`, and the request is for \`${served.product}\`.`;
  }
  if (region === NO_REGION || region === served.region) return undefined;
  if (served.region === '*' && region === regionOfHost(signature.request.rawHeaders)) return undefined;
  const expected = served.region === '*' ? NO_REGION : `${served.region}\` or \`${NO_REGION}`;
  return `The credential is for the region \`${region.slice(0, 64)}\`, and here it must be \`${expected}\`.`;
}

/** As `@alicloud/gateway-pop` reads it: the second label of a host of two, without `.aliyuncs.com`. */
function regionOfHost(rawHeaders: readonly string[]): string {
  const host = (firstHeader(rawHeaders, 'host') ?? '').replace(/:\d+$/, '').replace('.aliyuncs.com', '');
  const labels = host.split('.');
  return labels.length === 2 ? labels[1]! : NO_REGION;
}
