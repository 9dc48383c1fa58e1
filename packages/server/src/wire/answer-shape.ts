import type { Secret } from './secret.ts';

/**
 * Form of an answer or of a value in it:
 * - `'string'`, `'number'`, `'boolean'`, or `'any'`;
 * - `'Active|Disabled'`: one of these words;
 * - `['string']`: a list;
 * - `{ GuardName: 'string', 'Marker?': 'string' }`: an object. A field may be absent if its name ends in `?`.
 *   `'*'` stands for any name.
 *
 * Plain JSON, so that it can be read from `api-description/` and written into the API's documents.
 */
export type AnswerShape = string | readonly [AnswerShape] | { readonly [field: string]: AnswerShape };

/** Whether a shape is one of a list. */
export function isListShape(shape: AnswerShape): shape is readonly [AnswerShape] {
  return Array.isArray(shape);
}

/** Whether a field, as a shape names it, may be absent. */
export const isOptionalField = (field: string): boolean => field.endsWith('?');

/** Words of a scalar shape such as `Active|Disabled`; `undefined` for any other. */
export const wordsOf = (shape: string): readonly string[] | undefined =>
  shape.includes('|') ? shape.split('|') : undefined;

/** Text of an answer. */
export type WireString = string | Secret;

/** Type of the values that have a shape. */
export type ValueOf<S> = S extends string
  ? ScalarOf<S>
  : S extends readonly [infer I]
    ? readonly ValueOf<I>[]
    : S extends { readonly '*': 'any' }
      ? object
      : { readonly [K in RequiredName<keyof S>]: ValueOf<S[K]> } & {
          readonly [K in keyof S as OptionalName<K>]?: ValueOf<S[K]> | undefined;
        };

type RequiredName<K> = K extends `${string}?` ? never : K;
type OptionalName<K> = K extends `${infer Name}?` ? Name : never;

type ScalarOf<S extends string> = S extends 'string'
  ? WireString
  : S extends 'number'
    ? number
    : S extends 'boolean'
      ? boolean
      : S extends 'any'
        ? unknown
        : S extends `${string}|${string}`
          ? WordOf<S>
          : never;

type WordOf<S extends string> = S extends `${infer First}|${infer Rest}` ? First | WordOf<Rest> : S;

/**
 * Type of an answer that is written once for several descriptions, a union of types: all fields that each of them
 * has; fields that only some have may be absent.
 */
export type InEach<U> = [U] extends [string | number | boolean | Secret | undefined]
  ? U
  : [U] extends [readonly unknown[]]
    ? readonly InEach<U[number]>[]
    : { readonly [K in RequiredKey<U>]: InEach<U[K & keyof U]> } & {
        readonly [K in Exclude<KeyOfSome<U>, RequiredKey<U>>]?: InEach<FieldOf<U, K>> | undefined;
      };

type KeyOfSome<U> = U extends unknown ? keyof U : never;
type FieldOf<U, K> = U extends unknown ? (K extends keyof U ? NonNullable<U[K]> : never) : never;
type RequiredKey<U> = { [K in keyof U]-?: undefined extends U[K] ? never : K }[keyof U];

/**
 * Checks that an answer has no fields besides the described ones; TypeScript alone does not check that for the
 * result of a function.
 * @example
 *   function operation<A extends Described>(declaration: Declaration<A> & OnlyDescribed<A, Described>)
 */
export type OnlyDescribed<T, A, Described> = [FieldsBeyond<A, Described>] extends [never]
  ? T
  : { readonly fieldsNotDescribed: FieldsBeyond<A, Described> };

/** Paths of the fields of `A` that `Described` lacks, such as `.Group.Name`. */
type FieldsBeyond<A, Described, Path extends string = ''> = unknown extends Described
  ? never
  : A extends string | number | boolean | null | undefined | Secret
    ? never
    : A extends readonly (infer Item)[]
      ? Described extends readonly (infer DescribedItem)[]
        ? FieldsBeyond<Item, DescribedItem, `${Path}[]`>
        : never
      : IsAnyObject<Described> extends true
        ? never
        : {
            [K in keyof A & string]: K extends keyof Described
              ? FieldsBeyond<A[K], NonNullable<Described[K]>, `${Path}.${K}`>
              : [A[K]] extends [undefined]
                ? never
                : `${Path}.${K}`;
          }[keyof A & string];

/** Whether `T` is `object`, not an object type without fields: texts are assignable only to the latter. */
type IsAnyObject<T> = [keyof T] extends [never] ? (string extends T ? false : true) : false;
