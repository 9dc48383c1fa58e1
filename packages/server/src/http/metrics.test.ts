import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import type { ReceivedRequest } from './listener.ts';
import { metricsRoute, RequestMetrics, registerGauges } from './metrics.ts';

const getUser = { product: 'Ims', name: 'GetUser' } as const;

async function read(registry: Registry): Promise<string[]> {
  const answer = await metricsRoute(registry)({} as ReceivedRequest);
  assert.equal(answer?.status, 200);
  assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  return String(answer.body).split('\n');
}

describe('metrics', () => {
  it('count and time requests by operation and outcome', async () => {
    const registry = new Registry();
    const metrics = new RequestMetrics(registry);
    metrics.observe(getUser, '', 0.002);
    metrics.observe(getUser, '', 0.2);
    metrics.observe(getUser, 'EntityNotExist.User', 0.002);
    metrics.observe(undefined, 'InvalidAction.NotFound', 0.002);
    const lines = await read(registry);
    for (const line of [
      'claviger_api_requests_total{product="Ims",operation="GetUser",code="OK"} 2',
      'claviger_api_requests_total{product="Ims",operation="GetUser",code="EntityNotExist.User"} 1',
      'claviger_api_requests_total{product="unknown",operation="unknown",code="InvalidAction.NotFound"} 1',
      'claviger_api_request_duration_seconds_bucket{le="0.0025",product="Ims",operation="GetUser"} 2',
      'claviger_api_request_duration_seconds_count{product="Ims",operation="GetUser"} 3',
    ]) {
      assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`);
    }
  });

  it('have no label that a sender can invent', async () => {
    const registry = new Registry();
    const metrics = new RequestMetrics(registry);
    for (let index = 0; index < 1000; index += 1) {
      metrics.observe(getUser, `Missing${index}`, 0);
      metrics.observe(getUser, `Invalid${index}`, 0);
      metrics.observe(getUser, `InvalidParameter.${index}.Length`, 0);
      metrics.observe(undefined, `x${index}`, 0);
    }
    const counted = (await read(registry)).filter((line) => line.startsWith('claviger_api_requests_total{'));
    assert.deepEqual(counted.sort(), [
      'claviger_api_requests_total{product="Ims",operation="GetUser",code="Invalid"} 1000',
      'claviger_api_requests_total{product="Ims",operation="GetUser",code="InvalidParameter"} 1000',
      'claviger_api_requests_total{product="Ims",operation="GetUser",code="Missing"} 1000',
      'claviger_api_requests_total{product="unknown",operation="unknown",code="other"} 1000',
    ]);
  });

  it('distinguish the codes that an operator monitors', async () => {
    const registry = new Registry();
    const metrics = new RequestMetrics(registry);
    const codes = [
      'InvalidAccessKeyId.NotFound',
      'InvalidAccessKeyId.Inactive',
      'SignatureDoesNotMatch',
      'SignatureNonceUsed',
      'InvalidTimeStamp.Expired',
      'NoPermission',
      'Forbidden.AccessKeyNetworkPolicy',
      'MissingAccessKeyId',
      'ServiceUnavailable',
      'InternalError',
    ];
    for (const code of codes) metrics.observe(getUser, code, 0);
    const text = (await read(registry)).join('\n');
    for (const code of codes) assert.ok(text.includes(`code="${code}"} 1`), code);
  });

  it('read the gauges when they are scraped', async () => {
    const registry = new Registry();
    const audit = { queued: 3, dropped: 0, counted: 7, writable: true };
    registerGauges(registry, {
      audit,
      credentials: { hits: 9, misses: 1 },
      nonces: { isConnected: false, failures: 5 },
      streams: { count: 4 },
      store: { staleness: () => 1500 },
    });
    const lines = await read(registry);
    for (const line of [
      'claviger_audit_queued 3',
      'claviger_audit_writable 1',
      'claviger_audit_dropped_total 0',
      'claviger_audit_refusals_counted_total 7',
      'claviger_credential_cache_hits_total 9',
      'claviger_credential_cache_misses_total 1',
      'claviger_replication_streams 4',
      'claviger_change_log_staleness_seconds 1.5',
      'claviger_nonce_store_connected 0',
      'claviger_nonce_store_failures_total 5',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(lines.some((line) => line.startsWith('process_cpu_seconds_total ')));
    Object.assign(audit, { queued: 0, dropped: 2, writable: false });
    const later = await read(registry);
    for (const line of [
      'claviger_audit_queued 0',
      'claviger_audit_writable 0',
      'claviger_audit_dropped_total 2',
    ]) {
      assert.ok(later.includes(line), line);
    }
  });
});
