/** An account as the rest of the server sees it: no secrets. */
export interface Account {
  readonly accountId: string;
  readonly accountName: string;
  /** `<alias>.onaliyun.com` */
  readonly defaultDomain: string;
  readonly status: 'Active' | 'Disabled';
  readonly wrappedDataKey: string;
  readonly createdAt: number;
}
