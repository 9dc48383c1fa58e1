import { arn } from '../../context/arn.ts';
import { POLICY_DOCUMENT_CHARACTERS } from '../../context/limits.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import {
  countAttachments,
  createPolicy,
  deletePolicy,
  describePolicy,
  listKey,
  listPolicies,
  type Policy,
  requirePolicy,
} from '../../policies/policy.ts';
import {
  createPolicyVersion,
  deletePolicyVersion,
  listPolicyVersions,
  type PolicyVersion,
  requirePolicyVersion,
  setDefaultPolicyVersion,
} from '../../policies/policy-version.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, flag, jsonDocument, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { demandsToTag, filtersOf, newTags, tagFilters, tagsOf, wireTags } from '../tag-fields.ts';
import { description } from './description.ts';
import {
  type PolicyInput,
  policyArn,
  policyName,
  policyParameters,
  policyReference,
  policyType,
} from './policy-name.ts';

const VERSION = '2015-05-01';

const document = jsonDocument({ max: POLICY_DOCUMENT_CHARACTERS });

const versionId = text({ max: 16, format: /^v[1-9][0-9]*$/ });

/** Returns the permission on all custom policies, including future ones. */
const allPolicies = (action: string, call: Call) => [
  { action, resource: arn.policy(call.account.accountId, '*') },
];

const customPolicy = (action: string, input: { readonly PolicyName: string }, call: Call) => [
  { action, resource: policyArn(call, { type: 'Custom', name: input.PolicyName }) },
];

const anyPolicy = (action: string, input: PolicyInput, call: Call) => [
  { action, resource: policyArn(call, policyReference(input)) },
];

function wirePolicy(policy: Policy) {
  return {
    PolicyName: policy.name,
    PolicyType: policy.type,
    Description: policy.description,
    DefaultVersion: policy.defaultVersion,
    CreateDate: instant(policy.createdAt),
  };
}

function wireVersion(policyVersion: PolicyVersion) {
  return {
    VersionId: policyVersion.id,
    IsDefaultVersion: policyVersion.isDefault,
    CreateDate: instant(policyVersion.createdAt),
    PolicyDocument: policyVersion.document,
  };
}

/** RAM operations on policies and their versions. */
export const policyOperations: readonly Operation[] = [
  // Creates a custom policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'CreatePolicy',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      PolicyName: policyName,
      PolicyDocument: document,
      Description: optional(description),
      Tag: newTags,
    },
    authorize: (input, call) => [
      ...customPolicy('ram:CreatePolicy', input, call),
      ...demandsToTag(arn.policy(call.account.accountId, input.PolicyName), input.Tag),
    ],
    async handle(input, call) {
      const policy = await createPolicy(call, {
        name: input.PolicyName,
        document: input.PolicyDocument,
        description: input.Description ?? '',
        tags: tagsOf(input.Tag),
      });
      return { Policy: wirePolicy(policy) };
    },
  }),

  // Returns a policy with its default version.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetPolicy',
    access: 'read',
    input: policyParameters,
    authorize: (input, call) => anyPolicy('ram:GetPolicy', input, call),
    async handle(input, call) {
      const reference = policyReference(input);
      const policy = await requirePolicy(call, reference);
      const inForce = await requirePolicyVersion(call, reference, undefined);
      const counts = await countAttachments(call, [policy]);
      return {
        Policy: {
          ...wirePolicy(policy),
          UpdateDate: instant(policy.updatedAt),
          AttachmentCount: counts.get(listKey(policy)) ?? 0,
          PolicyDocument: inForce.document,
        },
        DefaultPolicyVersion: wireVersion(inForce),
      };
    },
  }),

  // Lists custom policies, then system policies, each by name.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListPolicies',
    access: 'read',
    input: { ...pageParameters(1000, 100), PolicyType: optional(policyType), Tag: tagFilters },
    authorize: (_, call) => allPolicies('ram:ListPolicies', call),
    async handle(input, call) {
      const filter = { type: input.PolicyType, tags: filtersOf(input.Tag) };
      const found = await listPolicies(call, filter, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(found, input.MaxItems, listKey);
      const counts = await countAttachments(call, rows);
      const custom = rows.filter((policy) => policy.type === 'Custom');
      const tags = await wireTags(
        call,
        'policy',
        custom.map((policy) => policy.nameKey),
      );
      return {
        IsTruncated,
        Marker,
        Policies: {
          Policy: rows.map((policy) => ({
            ...wirePolicy(policy),
            UpdateDate: instant(policy.updatedAt),
            AttachmentCount: counts.get(listKey(policy)) ?? 0,
            Tags: policy.type === 'Custom' ? tags(policy.nameKey) : { Tag: [] },
          })),
        },
      };
    },
  }),

  // Deletes a custom policy without attachments.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'DeletePolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: { PolicyName: policyName, CascadingDelete: withDefault(flag(), false) },
    authorize: (input, call) => customPolicy('ram:DeletePolicy', input, call),
    async handle(input, call) {
      await deletePolicy(call, input.PolicyName, input.CascadingDelete);
      return {};
    },
  }),

  // Changes the description of a custom policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'UpdatePolicyDescription',
    access: 'write',
    security: { effect: 'neutral', why: 'changes a text without effect on access' },
    input: { PolicyName: policyName, NewDescription: clearable(description) },
    authorize: (input, call) => customPolicy('ram:UpdatePolicyDescription', input, call),
    async handle(input, call) {
      const policy = await describePolicy(call, input.PolicyName, input.NewDescription);
      return { Policy: { ...wirePolicy(policy), UpdateDate: instant(policy.updatedAt) } };
    },
  }),

  // Adds a version to a custom policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'CreatePolicyVersion',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      PolicyName: policyName,
      PolicyDocument: document,
      SetAsDefault: withDefault(flag(), false),
      RotateStrategy: withDefault(oneOf('None', 'DeleteOldestNonDefaultVersionWhenLimitExceeded'), 'None'),
    },
    authorize: (input, call) => customPolicy('ram:CreatePolicyVersion', input, call),
    async handle(input, call) {
      const added = await createPolicyVersion(call, input.PolicyName, {
        document: input.PolicyDocument,
        setAsDefault: input.SetAsDefault,
        rotate: input.RotateStrategy !== 'None',
      });
      return { PolicyVersion: wireVersion(added) };
    },
  }),

  // Returns one version of a policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetPolicyVersion',
    access: 'read',
    input: { ...policyParameters, VersionId: versionId },
    authorize: (input, call) => anyPolicy('ram:GetPolicyVersion', input, call),
    async handle(input, call) {
      return {
        PolicyVersion: wireVersion(await requirePolicyVersion(call, policyReference(input), input.VersionId)),
      };
    },
  }),

  // Lists all versions of a policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListPolicyVersions',
    access: 'read',
    input: policyParameters,
    authorize: (input, call) => anyPolicy('ram:ListPolicyVersions', input, call),
    async handle(input, call) {
      const versions = await listPolicyVersions(call, policyReference(input));
      return { PolicyVersions: { PolicyVersion: versions.map(wireVersion) } };
    },
  }),

  // Deletes a version that is not the default.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'DeletePolicyVersion',
    access: 'write',
    security: { effect: 'destroys' },
    input: { PolicyName: policyName, VersionId: versionId },
    authorize: (input, call) => customPolicy('ram:DeletePolicyVersion', input, call),
    async handle(input, call) {
      await deletePolicyVersion(call, input.PolicyName, input.VersionId);
      return {};
    },
  }),

  // Makes another version the default.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'SetDefaultPolicyVersion',
    access: 'write',
    security: { effect: 'grants' },
    input: { PolicyName: policyName, VersionId: versionId },
    authorize: (input, call) => customPolicy('ram:SetDefaultPolicyVersion', input, call),
    async handle(input, call) {
      await setDefaultPolicyVersion(call, input.PolicyName, input.VersionId);
      return {};
    },
  }),
];
