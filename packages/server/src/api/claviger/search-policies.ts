import { arn } from '../../context/arn.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { countAttachments, listKey } from '../../policies/policy.ts';
import { searchPolicies } from '../../policies/policy-search.ts';
import { instant } from '../../wire/instant.ts';
import { flag, oneOf, optional, withDefault } from '../../wire/parameter.ts';
import { PAGE_ANSWER, positionIn, searchedPage, searchParameters } from '../../wire/search-parameters.ts';
import { VERSION } from './version.ts';

/** Operation that searches custom and system policies. */
export const searchPoliciesOperations: readonly Operation[] = [
  // Lists policies, custom ones first, searched by name; custom ones by description as well.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchPolicies',
    access: 'read',
    input: {
      PolicyType: optional(oneOf('System', 'Custom')),
      ...searchParameters,
      Descending: withDefault(flag(), false),
    },
    answer: {
      ...PAGE_ANSWER,
      Policies: [
        {
          PolicyName: 'string',
          PolicyType: 'System|Custom',
          Description: 'string',
          DefaultVersion: 'string',
          AttachmentCount: 'number',
          CreateDate: 'string',
          UpdateDate: 'string',
        },
      ],
    },
    // Same permission as RAM's operation, which lists the same.
    authorize: (_, call) => [
      { action: 'ram:ListPolicies', resource: arn.policy(call.account.accountId, '*') },
    ],
    async handle(input, call) {
      const found = await searchPolicies(call, {
        text: input.Search ?? '',
        type: input.PolicyType,
        descending: input.Descending,
        after: (order) => positionIn(input.Marker, order),
        limit: input.MaxItems + 1,
      });
      const { rows, IsTruncated, Marker } = searchedPage(
        found.policies,
        input.MaxItems,
        found.order,
        listKey,
      );
      const counts = await countAttachments(call, rows);
      return {
        IsTruncated,
        Marker,
        SearchMode: found.mode,
        TotalCount: found.total,
        Policies: rows.map((policy) => ({
          PolicyName: policy.name,
          PolicyType: policy.type,
          Description: policy.description,
          DefaultVersion: policy.defaultVersion,
          AttachmentCount: counts.get(listKey(policy)) ?? 0,
          CreateDate: instant(policy.createdAt),
          UpdateDate: instant(policy.updatedAt),
        })),
      };
    },
  }),
];
