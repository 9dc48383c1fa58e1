import { type Call, type Operation, operation, ownOperation } from '../../pipeline/operation.ts';
import { instant } from '../../wire/instant.ts';
import { flag, optional } from '../../wire/parameter.ts';
import { printableLine } from '../printable-text.ts';

/** Name of the trail that stands for the audit log of the account. */
const TRAIL_NAME = 'claviger-audit';

const input = {
  /** Separated by commas. */
  NameList: optional(printableLine(1024)),
  // Without effect: there is one trail, and it has no copies in other regions or accounts.
  IncludeShadowTrails: optional(flag()),
  IncludeOrganizationTrail: optional(flag()),
};

const authorize = (_: unknown, call: Call) => [
  { action: 'actiontrail:DescribeTrails', resource: `acs:actiontrail:*:${call.account.accountId}:trail/*` },
];

const isAskedFor = ({ NameList: names }: { readonly NameList: string | undefined }) =>
  names === undefined || names.split(',').some((name) => name.trim() === TRAIL_NAME);

/**
 * Properties of the trail that both versions have. It records every event from the creation of the account on, and
 * delivers to no bucket, project or topic: those fields are empty texts, since Prowler refuses null.
 */
const trailOf = ({ account: { accountId }, services: { auditRegion } }: Call) => ({
  Name: TRAIL_NAME,
  TrailArn: `acs:actiontrail:${auditRegion}:${accountId}:trail/${TRAIL_NAME}`,
  Status: 'Enable',
  EventRW: 'All',
  HomeRegion: auditRegion,
  Region: auditRegion,
  TrailRegion: 'All',
  IsOrganizationTrail: false,
  OssBucketName: '',
  OssBucketLocation: '',
  OssKeyPrefix: '',
  SlsProjectArn: '',
  SlsWriteRoleArn: '',
});

const OLDER_TRAIL = {
  Name: 'string',
  TrailArn: 'string',
  Status: 'string',
  EventRW: 'string',
  HomeRegion: 'string',
  Region: 'string',
  TrailRegion: 'string',
  IsOrganizationTrail: 'boolean',
  OssBucketName: 'string',
  OssBucketLocation: 'string',
  OssKeyPrefix: 'string',
  SlsProjectArn: 'string',
  SlsWriteRoleArn: 'string',
  RoleName: 'string',
  MnsTopicArn: 'string',
  CreateTime: 'string',
  UpdateTime: 'string',
  StartLoggingTime: 'string',
} as const;

/** Operations that describe the account's audit log as a trail, in the two versions that scanners ask for. */
export const describeTrailsOperations: readonly Operation[] = [
  operation({
    product: 'Actiontrail',
    version: '2020-07-06',
    name: 'DescribeTrails',
    access: 'read',
    note: 'One trail stands for the audit log of the account. Also in version 2017-12-04, with times in milliseconds since the epoch.',
    input,
    authorize,
    async handle(input, call) {
      if (!isAskedFor(input)) return { TrailList: [] };
      const began = instant(call.account.createdAt);
      return {
        TrailList: [
          {
            ...trailOf(call),
            OssWriteRoleArn: '',
            MaxComputeProjectArn: '',
            MaxComputeWriteRoleArn: '',
            OrganizationId: '',
            CreateTime: began,
            UpdateTime: began,
            StartLoggingTime: began,
            StopLoggingTime: '',
          },
        ],
      };
    },
  }),

  ownOperation({
    product: 'Actiontrail',
    version: '2017-12-04',
    name: 'DescribeTrails',
    access: 'read',
    input,
    answer: { TrailList: [OLDER_TRAIL] },
    authorize,
    async handle(input, call) {
      if (!isAskedFor(input)) return { TrailList: [] };
      const began = String(call.account.createdAt);
      return {
        TrailList: [
          {
            ...trailOf(call),
            RoleName: '',
            MnsTopicArn: '',
            CreateTime: began,
            UpdateTime: began,
            StartLoggingTime: began,
          },
        ],
      };
    },
  }),
];
