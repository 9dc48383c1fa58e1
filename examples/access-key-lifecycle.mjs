// A RAM user and its AccessKey, from birth to the recycle bin and back, with the official clients only.
// ALIBABA_CLOUD_ACCESS_KEY_ID=… ALIBABA_CLOUD_ACCESS_KEY_SECRET=… node examples/access-key-lifecycle.mjs
import ims, * as i from '@alicloud/ims20190815';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import ram, * as r from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';

const {
  ALIBABA_CLOUD_ACCESS_KEY_ID: id,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
  CLAVIGER_ENDPOINT,
} = process.env;
const client = (product, accessKeyId, accessKeySecret) =>
  new product.default(
    new $OpenApiUtil.Config({
      accessKeyId,
      accessKeySecret,
      protocol: 'http',
      endpoint: CLAVIGER_ENDPOINT ?? '127.0.0.1:8080',
    }),
  );
const say = (what, answer) => console.log(what.padEnd(34), JSON.stringify(answer));
const refusal = (call) =>
  call.then(
    () => {
      throw new Error('it was allowed');
    },
    (error) => `${error.code}: ${error.message.split(' request id')[0]}`,
  );

const admin = { ims: client(ims, id, secret), ram: client(ram, id, secret) };
const domain = (await admin.ims.getDefaultDomain()).body.defaultDomainName;
const UserName = `app-${Date.now()}`,
  userPrincipalName = `${UserName}@${domain}`;
const user = (
  await admin.ims.createUser(new i.CreateUserRequest({ userPrincipalName, displayName: 'An app' }))
).body.user;
say('user', user.userPrincipalName);
const createKey = () => admin.ims.createAccessKey(new i.CreateAccessKeyRequest({ userPrincipalName }));
const key = (await createKey()).body.accessKey;
const own = {
  ram: client(ram, key.accessKeyId, key.accessKeySecret),
  sts: client(sts, key.accessKeyId, key.accessKeySecret),
};
say('its key works', (await own.sts.getCallerIdentity()).body.arn);
say('denied', await refusal(own.ram.listUsers(new r.ListUsersRequest({}))));
await admin.ram.attachPolicyToUser(
  new r.AttachPolicyToUserRequest({
    policyType: 'System',
    policyName: 'AliyunRAMReadOnlyAccess',
    userName: UserName,
  }),
);
say('allowed, users', (await own.ram.listUsers(new r.ListUsersRequest({}))).body.users.user.length);
await createKey();
say('third key', await refusal(createKey()));
const setStatus = (status) =>
  admin.ims.updateAccessKey(
    new i.UpdateAccessKeyRequest({ userPrincipalName, userAccessKeyId: key.accessKeyId, status }),
  );
await setStatus('Inactive');
say('disabled', await refusal(own.sts.getCallerIdentity()));
await admin.ims.deleteAccessKey(
  new i.DeleteAccessKeyRequest({ userPrincipalName, userAccessKeyId: key.accessKeyId }),
);
say('in the recycle bin', await refusal(own.sts.getCallerIdentity()));
await admin.ims.restoreAccessKeyFromRecycleBin(
  new i.RestoreAccessKeyFromRecycleBinRequest({ userId: user.userId, userAccessKeyId: key.accessKeyId }),
);
await setStatus('Active');
say('restored and enabled', (await own.sts.getCallerIdentity()).body.userId);
say(
  'last used',
  (
    await admin.ims.getAccessKeyLastUsed(
      new i.GetAccessKeyLastUsedRequest({ userPrincipalName, userAccessKeyId: key.accessKeyId }),
    )
  ).body.accessKeyLastUsed,
);
