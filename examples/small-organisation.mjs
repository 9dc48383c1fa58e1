// Builds a small organisation with the official client (3 groups, 20 users, 5 roles, 10 policies, all attached)
// and takes it down again. See README.md for the environment.
import { $OpenApiUtil } from '@alicloud/openapi-core';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';

const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } =
  process.env;
const config = new $OpenApiUtil.Config({
  accessKeyId,
  accessKeySecret,
  endpoint: process.env.CLAVIGER_ENDPOINT ?? '127.0.0.1:8080',
  protocol: 'http',
});
const client = new ram.default(config);
const { accountId } = (await new sts.default(config).getCallerIdentity()).body;

/** Calls `createUser` and its like. */
async function call(name, input) {
  const request = ram[`${name[0].toUpperCase()}${name.slice(1)}Request`];
  return (await client[name](new request(input))).body;
}

const numbered = (count, prefix) => Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`);
const groups = ['developers', 'operators', 'auditors'];
const users = numbered(20, 'employee');
const roles = numbered(5, 'service');
const policies = numbered(10, 'policy');

const trust = JSON.stringify({
  Version: '1',
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
  ],
});
const permissions = (number) =>
  JSON.stringify({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: 'ram:Get*', Resource: `acs:ram:*:${accountId}:user/employee-${number + 1}` },
    ],
  });
const custom = (policyName) => ({ policyType: 'Custom', policyName });

const build = [
  ...groups.map((groupName) => ['createGroup', { groupName }]),
  ...users.map((userName) => ['createUser', { userName, displayName: `The ${userName}` }]),
  ...users.map((userName, at) => ['addUserToGroup', { userName, groupName: groups[at % groups.length] }]),
  ...roles.map((roleName) => ['createRole', { roleName, assumeRolePolicyDocument: trust }]),
  ...policies.map((policyName, at) => ['createPolicy', { policyName, policyDocument: permissions(at) }]),
  ...groups.map((groupName, at) => ['attachPolicyToGroup', { groupName, ...custom(policies[at]) }]),
  ...roles.map((roleName, at) => ['attachPolicyToRole', { roleName, ...custom(policies[at + 3]) }]),
  ['attachPolicyToUser', { userName: users[0], ...custom(policies[8]) }],
  ['attachPolicyToUser', { userName: users[1], ...custom(policies[9]) }],
];

const opposite = {
  attachPolicyToUser: 'detachPolicyFromUser',
  attachPolicyToRole: 'detachPolicyFromRole',
  attachPolicyToGroup: 'detachPolicyFromGroup',
  createPolicy: 'deletePolicy',
  createRole: 'deleteRole',
  addUserToGroup: 'removeUserFromGroup',
  createUser: 'deleteUser',
  createGroup: 'deleteGroup',
};
const takeDown = build.toReversed().map(([name, input]) => [opposite[name], input]);

await perform('built', build);
const { users: found } = await call('listUsersForGroup', { groupName: groups[0] });
console.log(`${groups[0]}: ${found.user.map((user) => user.userName).join(', ')}`);
await perform('taken down', takeDown);

async function perform(what, steps) {
  const began = performance.now();
  for (const [at, [name, input]] of steps.entries()) {
    const { policyDocument, assumeRolePolicyDocument, ...named } = input;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${at + 1}/${steps.length} ${name}`);
    await call(name, input).catch((error) => {
      throw new Error(`${name} ${JSON.stringify(named)}: ${error.message}`);
    });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(`${what}: ${steps.length} calls in ${Math.round(performance.now() - began)} ms`);
}
