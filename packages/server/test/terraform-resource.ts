/**
 * Shape of the tables of requests that Terraform's provider for Alibaba Cloud sends (aliyun/alicloud, v1.289.0).
 *
 * In a parameter, an id and an expected value, `<path>` is replaced: `<id>` by the resource's id in Terraform's state,
 * `<id.2>` by its third part between colons, `<found.UserName>` by a field of the item that the read before selected,
 * `<account.domain>` by that of the account, and any other path by that field of the newest answer that has it.
 */

const RAM_VERSION = '2015-05-01';
const IMS_VERSION = '2019-08-15';

/** Region that the provider's older client sends with every request. */
export const REGION = 'cn-hangzhou';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One request, with the parameters that are sent, also the empty ones. */
export interface TerraformRequest {
  readonly version: string;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Error codes that the provider ignores. */
  readonly ignored?: readonly string[];
  /** Lists that the provider reads from the answer, also if they are empty. */
  readonly lists?: readonly string[];
}

/** Read of a resource: one request, repeated with `Marker` until the item is found. */
export interface TerraformRead extends TerraformRequest {
  /** Selects one item of a list; if none matches, the resource is gone. */
  readonly find?: { readonly list: string; readonly where: Readonly<Record<string, string>> };
  /** Attribute of the resource → field of the item, or else of the answer; `List[].Name` takes one field of each. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Error codes that mean that the resource is gone. */
  readonly gone?: readonly string[];
  /** Values of an attribute that mean that the resource is gone. */
  readonly goneIf?: Readonly<Record<string, readonly Json[]>>;
}

/** One change of the configuration. */
export interface TerraformUpdate {
  readonly requests: readonly TerraformRequest[];
  /** The attributes that change, with their new values. */
  readonly changes: Readonly<Record<string, Json>>;
}

/** Requests over the life of one resource. */
export interface TerraformResource {
  readonly name: string;
  /** Requests of other resources that this one depends on. */
  readonly before?: readonly TerraformRequest[];
  readonly create: readonly TerraformRequest[];
  readonly id: string;
  readonly read: readonly TerraformRead[];
  /** Attributes after the creation; those that are not named are the server's to choose. */
  readonly created: Readonly<Record<string, Json>>;
  /** Attributes that the server sets at every change. */
  readonly computed?: readonly string[];
  /** No changes: the provider replaces the resource. */
  readonly updates: readonly TerraformUpdate[];
  /** The provider reads the resource with no more than its id: `terraform import`. */
  readonly isImportable: boolean;
  /** Empty: the provider forgets the resource and leaves the setting. */
  readonly destroy: readonly TerraformRequest[];
  /** The resource is a setting, which is there before and after. */
  readonly isSetting?: boolean;
}

/** List that a data source reads page by page. */
export interface TerraformDataSource {
  readonly name: string;
  readonly request: TerraformRequest;
  readonly list: string;
  /** Field that names an item. */
  readonly field: string;
  /** Parameter of the next page, and the field that says whether one follows. */
  readonly next: { readonly parameter: string; readonly field: string; readonly until: 'false' | 'absent' };
  /** More than one page of items: `<n>` is the number of the item. */
  readonly entries?: { readonly count: number; readonly name: string; readonly create: TerraformRequest };
  /** Users that are inserted into the tables instead, since creating so many takes long. */
  readonly users?: number;
}

/** Returns a request to RAM. */
export function ram(
  operation: string,
  parameters: Readonly<Record<string, string>> = {},
  ignored: readonly string[] = [],
): TerraformRequest {
  return { version: RAM_VERSION, operation, parameters, ignored };
}

/** Returns a request to IMS. */
export function ims(operation: string, parameters: Readonly<Record<string, string>> = {}): TerraformRequest {
  return { version: IMS_VERSION, operation, parameters };
}

/** Returns a request to RAM as by the provider's older client, with the region. */
export function ramWithRegion(
  operation: string,
  parameters: Readonly<Record<string, string>> = {},
  ignored: readonly string[] = [],
): TerraformRequest {
  return ram(operation, { RegionId: REGION, ...parameters }, ignored);
}
