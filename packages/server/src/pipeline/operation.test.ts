/** What does not compile: `tsc -b` is the test. */
import { describe, test } from 'node:test';
import type { OnlyDescribed, ValueOf } from '../wire/answer-shape.ts';
import { text } from '../wire/parameter.ts';
import { Secret } from '../wire/secret.ts';
import { type Operation, operation, ownOperation } from './operation.ts';

const getGroup = {
  product: 'Ram',
  version: '2015-05-01',
  name: 'GetGroup',
  access: 'read',
  input: { GroupName: text() },
  authorize: () => [],
} as const;

const group = { GroupId: 'g-1', GroupName: 'a', Comments: '', CreateDate: '', UpdateDate: '' };

const setStatus = {
  product: 'Claviger',
  version: '2026-11-24',
  name: 'SetStatus',
  input: {},
  answer: { Status: 'Active|Disabled', Token: 'string', 'Marker?': 'string' },
  authorize: () => [],
} as const;

describe('the answer of a handler is checked against its description', () => {
  test('of an operation that RAM describes', () => {
    operation({ ...getGroup, handle: async () => ({ Group: group }) }) satisfies Operation;
    operation({
      ...getGroup,
      // @ts-expect-error a field is absent
      handle: async () => ({ Group: { GroupId: 'g-1' } }),
    });
    operation({
      ...getGroup,
      // @ts-expect-error a field has another type
      handle: async () => ({ Group: { ...group, CreateDate: 1 } }),
    });
    // @ts-expect-error a field is not described
    operation({ ...getGroup, handle: async () => ({ Group: { ...group, Path: '/' } }) }) satisfies Operation;
    // @ts-expect-error a field is not described, and the object comes from elsewhere
    operation({ ...getGroup, handle: async () => withPath() }) satisfies Operation;
    operation({
      ...getGroup,
      // @ts-expect-error the operation is not described
      name: 'GetGruop',
      handle: async () => ({}),
    });
  });

  test('of an operation of our own', () => {
    ownOperation({
      ...setStatus,
      access: 'read',
      handle: async () => ({ Status: 'Active', Token: new Secret('t') }),
    }) satisfies Operation;
    ownOperation({
      ...setStatus,
      access: 'read',
      // @ts-expect-error a word is not one of the described ones
      handle: async () => ({ Status: 'Actvie', Token: '' }),
    });
    ownOperation({
      ...setStatus,
      access: 'read',
      // @ts-expect-error only a field whose name ends in `?` may be absent
      handle: async () => ({ Status: 'Active' }),
    });
    ownOperation({
      ...setStatus,
      access: 'read',
      handle: async () => ({ Status: 'Active', Token: '', Makrer: '' }),
      // @ts-expect-error a field is misspelled
    }) satisfies Operation;
  });

  test('of an operation that is declared once for IMS and RAM', () => {
    const getGroups = { ...getGroup, product: 'Ram' as 'Ims' | 'Ram' };
    // Only IMS has display names, so the field may be there and may be absent.
    operation({ ...getGroups, handle: async () => ({ Group: group }) }) satisfies Operation;
    operation({
      ...getGroups,
      handle: async () => ({ Group: { ...group, DisplayName: '' } }),
    }) satisfies Operation;
    operation({
      ...getGroups,
      // @ts-expect-error a field that both have is absent
      handle: async () => ({ Group: { GroupId: 'g-1' } }),
    });
    // @ts-expect-error a field is described in neither
    operation({ ...getGroups, handle: async () => ({ Group: { ...group, Path: '/' } }) }) satisfies Operation;
  });

  test('in lists, and where any object is described', () => {
    type Row = ValueOf<{
      readonly Rows: readonly [{ readonly Name: 'string' }];
      readonly Any: { '*': 'any' };
    }>;
    true satisfies OnlyDescribed<true, { Rows: { Name: string }[]; Any: { more: 1 } }, Row>;
    // @ts-expect-error a field of a row is not described
    true satisfies OnlyDescribed<true, { Rows: { Name: string; Age: 1 }[]; Any: object }, Row>;
  });
});

const withPath = () => ({ Group: { ...group, Path: '/' } });
