import type { ActiontrailOperations } from './__generated__/actiontrail.ts';
import { version as actiontrail } from './__generated__/actiontrail.ts';
import { version as claviger } from './__generated__/claviger.ts';
import type { ImsOperations } from './__generated__/ims.ts';
import { version as ims } from './__generated__/ims.ts';
import type { RamOperations } from './__generated__/ram.ts';
import { version as ram } from './__generated__/ram.ts';
import type { StsOperations } from './__generated__/sts.ts';
import { version as sts } from './__generated__/sts.ts';
import type { ClavigerOperations } from './claviger-operations.ts';

/** Every operation of the API, by product. */
export interface Operations {
  Ims: ImsOperations;
  Ram: RamOperations;
  Sts: StsOperations;
  Actiontrail: ActiontrailOperations;
  Claviger: ClavigerOperations;
}

/** By their versions the server tells the products apart. */
export const versions: Readonly<Record<Product, string>> = {
  Ims: ims,
  Ram: ram,
  Sts: sts,
  Actiontrail: actiontrail,
  Claviger: claviger,
};

/** `Ims`, `Ram`, … */
export type Product = keyof Operations;

/** The operations of a product, by name. */
export type OperationOf<P extends Product> = keyof Operations[P] & string;

/** What an operation takes. */
export type ParametersOf<P extends Product, O extends OperationOf<P>> = Operations[P][O] extends {
  parameters: infer T;
}
  ? T
  : never;

/** What an operation answers. */
export type AnswerOf<P extends Product, O extends OperationOf<P>> = Operations[P][O] extends {
  response: infer T;
}
  ? T
  : never;
