// Generated from packages/server/api-description by `npm run generate:api`; do not edit.

/** API version of Actiontrail. */
export const VERSION = '2020-07-06';

/** Parameters and answers of the operations of Actiontrail. */
export interface ActiontrailOperations {
  DescribeTrails: {
    parameters: {
      IncludeOrganizationTrail?: boolean | undefined;
      IncludeShadowTrails?: boolean | undefined;
      NameList?: string | undefined;
    };
    response: {
      RequestId: string;
      TrailList: {
        CreateTime: string;
        EventRW: string;
        HomeRegion: string;
        IsOrganizationTrail: boolean;
        MaxComputeProjectArn: string;
        MaxComputeWriteRoleArn: string;
        Name: string;
        OrganizationId: string;
        OssBucketLocation: string;
        OssBucketName: string;
        OssKeyPrefix: string;
        OssWriteRoleArn: string;
        Region: string;
        SlsProjectArn: string;
        SlsWriteRoleArn: string;
        StartLoggingTime: string;
        Status: string;
        StopLoggingTime: string;
        TrailArn: string;
        TrailRegion: string;
        UpdateTime: string;
      }[];
    };
  };
  GetAccessKeyLastUsedEvents: {
    parameters: {
      AccessKey: string;
      NextToken?: string | undefined;
      PageSize?: string | undefined;
      ServiceName: string;
    };
    response: {
      Events: {
        Detail: string;
        EventName: string;
        Source: string;
        UsedTimestamp: number;
      }[];
      NextToken?: string;
      RequestId: string;
    };
  };
  GetAccessKeyLastUsedInfo: {
    parameters: {
      AccessKey: string;
    };
    response: {
      AccessKeyId: string;
      AccountId: string;
      AccountType: string;
      Detail?: string;
      OwnerId: string;
      RequestId: string;
      ServiceName?: string;
      ServiceNameCn?: string;
      ServiceNameEn?: string;
      Source?: string;
      UsedTimestamp?: number;
      UserName: string;
    };
  };
  GetAccessKeyLastUsedIps: {
    parameters: {
      AccessKey: string;
      NextToken?: string | undefined;
      PageSize?: string | undefined;
      ServiceName: string;
    };
    response: {
      Ips: {
        Detail: string;
        Ip: string;
        Source: string;
        UsedTimestamp: number;
      }[];
      NextToken?: string;
      RequestId: string;
    };
  };
  GetAccessKeyLastUsedProducts: {
    parameters: {
      AccessKey: string;
    };
    response: {
      Products: {
        Detail: string;
        ServiceName: string;
        ServiceNameCn: string;
        ServiceNameEn: string;
        Source: string;
        UsedTimestamp: number;
      }[];
      RequestId: string;
    };
  };
  GetAccessKeyLastUsedResources: {
    parameters: {
      AccessKey: string;
      NextToken?: string | undefined;
      PageSize?: string | undefined;
      ServiceName: string;
    };
    response: {
      NextToken?: string;
      RequestId: string;
      Resources: {
        Detail: string;
        ResourceName: string;
        ResourceType: string;
        Source: string;
        UsedTimestamp: number;
      }[];
    };
  };
  LookupEvents: {
    parameters: {
      Direction?: string | undefined;
      EndTime?: string | undefined;
      LookupAttribute?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
      MaxResults?: string | undefined;
      NextToken?: string | undefined;
      StartTime?: string | undefined;
    };
    response: {
      EndTime: string;
      Events: object[];
      NextToken?: string;
      RequestId: string;
      StartTime: string;
    };
  };
}
