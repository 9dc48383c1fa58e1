import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from '@cdktn/hcl2json';

const example = (name: string): string =>
  readFileSync(new URL(`../examples/${name}`, import.meta.url), 'utf8');

test('the example for Terraform is valid, and sends no request to the public cloud', async () => {
  const { provider } = await parse('main.tf', example('terraform/main.tf'));
  const [alicloud] = (provider as { readonly alicloud: readonly Readonly<Record<string, unknown>>[] })
    .alicloud;
  // Without `account_type` the provider asks a public billing host, without an endpoint the product's public one.
  assert.equal(alicloud?.['account_type'], 'Domestic');
  const [endpoints] = (alicloud?.['endpoints'] ?? []) as readonly object[];
  assert.deepEqual(Object.keys(endpoints ?? {}).toSorted(), ['ims', 'ram', 'sts']);
});

test('every profile for the command line that calls STS names its own STS', () => {
  const { profiles } = JSON.parse(example('aliyun-cli/config.json')) as {
    readonly profiles: readonly Readonly<Record<string, string>>[];
  };
  const callingSts = profiles.filter(({ mode }) => /Role|OIDC/.test(mode ?? ''));
  assert.ok(callingSts.length >= 3);
  for (const { name, endpoint, sts_endpoint: sts } of callingSts) assert.equal(sts, endpoint, name);
});
