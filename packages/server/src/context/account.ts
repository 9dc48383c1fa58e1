/** An account, without secrets. */
export interface Account {
  readonly accountId: string;
  readonly accountName: string;
  /** `<alias>.onaliyun.com` */
  readonly defaultDomain: string;
  readonly status: 'Active' | 'Disabled';
  readonly wrappedDataKey: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
