import type { ActiontrailOperations } from './__generated__/actiontrail.ts';
import { VERSION as actiontrail } from './__generated__/actiontrail.ts';
import { VERSION as claviger } from './__generated__/claviger.ts';
import type { ImsOperations } from './__generated__/ims.ts';
import { VERSION as ims } from './__generated__/ims.ts';
import type { RamOperations } from './__generated__/ram.ts';
import { VERSION as ram } from './__generated__/ram.ts';
import type { StsOperations } from './__generated__/sts.ts';
import { VERSION as sts } from './__generated__/sts.ts';
import type { ClavigerOperations } from './claviger-operations.ts';

/** Operations of the API, by product. */
export interface Operations {
  Ims: ImsOperations;
  Ram: RamOperations;
  Sts: StsOperations;
  Actiontrail: ActiontrailOperations;
  Claviger: ClavigerOperations;
}

/** API versions, by which the server identifies the product. */
export const VERSIONS: Readonly<Record<Product, string>> = {
  Ims: ims,
  Ram: ram,
  Sts: sts,
  Actiontrail: actiontrail,
  Claviger: claviger,
};

/** Name of a product: `Ims`, `Ram`, … */
export type Product = keyof Operations;

/** Name of an operation of a product. */
export type OperationOf<P extends Product> = keyof Operations[P] & string;

/** Parameters of an operation. */
export type ParametersOf<P extends Product, O extends OperationOf<P>> = Operations[P][O] extends {
  parameters: infer T;
}
  ? T
  : never;

/** Answer of an operation. */
export type AnswerOf<P extends Product, O extends OperationOf<P>> = Operations[P][O] extends {
  response: infer T;
}
  ? T
  : never;
