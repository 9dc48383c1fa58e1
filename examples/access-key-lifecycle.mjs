// A RAM user and its AccessKey, to the recycle bin and back, with the official clients only. See README.md.
import ims from '@alicloud/ims20190815';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';

const { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret } = process.env;
function connect(sdk, accessKeyId, accessKeySecret) {
  const where = { endpoint: process.env.CLAVIGER_ENDPOINT ?? '127.0.0.1:8080', protocol: 'http' };
  const client = new sdk.default(new $OpenApiUtil.Config({ accessKeyId, accessKeySecret, ...where }));
  const request = (name) => sdk[`${name[0].toUpperCase()}${name.slice(1)}Request`];
  return async (name, input) => (await client[name](input && new (request(name))(input))).body;
}
const say = (what, answer) => console.log(what.padEnd(20), JSON.stringify(answer));
const refusal = (call) => call.then(JSON.stringify, (error) => error.message);
const [admin, adminRam] = [connect(ims, id, secret), connect(ram, id, secret)];
const userName = `app-${Date.now()}`;
const userPrincipalName = `${userName}@${(await admin('getDefaultDomain')).defaultDomainName}`;
const { user } = await admin('createUser', { userPrincipalName, displayName: 'An app' });
const { accessKey } = await admin('createAccessKey', { userPrincipalName });
const key = { userPrincipalName, userAccessKeyId: accessKey.accessKeyId };
const own = connect(ram, accessKey.accessKeyId, accessKey.accessKeySecret);
const whoAmI = connect(sts, accessKey.accessKeyId, accessKey.accessKeySecret);
say('the key works', (await whoAmI('getCallerIdentity')).arn);
say('denied', await refusal(own('listUsers', {})));
const policy = { policyType: 'System', policyName: 'AliyunRAMReadOnlyAccess' };
await adminRam('attachPolicyToUser', { ...policy, userName });
say('allowed', (await own('listUsers', {})).users.user.length);
await admin('createAccessKey', { userPrincipalName });
say('a third key', await refusal(admin('createAccessKey', { userPrincipalName })));
await admin('updateAccessKey', { ...key, status: 'Inactive' });
say('disabled', await refusal(whoAmI('getCallerIdentity')));
await admin('deleteAccessKey', key);
say('in the recycle bin', await refusal(whoAmI('getCallerIdentity')));
await admin('restoreAccessKeyFromRecycleBin', { ...key, userId: user.userId });
await admin('updateAccessKey', { ...key, status: 'Active' });
say('restored', (await whoAmI('getCallerIdentity')).userId);
say('last used', (await admin('getAccessKeyLastUsed', key)).accessKeyLastUsed);
