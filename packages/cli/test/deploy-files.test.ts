/** Files of `deploy/`: they parse, use existing settings and metrics, and run without privileges. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GatewayMetrics } from '@claviger/guard/gateway';
import { SETTING_DESCRIPTIONS, serverMetricNames } from '@claviger/server';
import { parser } from '@prometheus-io/lezer-promql';
import { parse, parseAllDocuments } from 'yaml';
import { REPOSITORY } from '../release/shipped-packages.ts';
import { readConfigurationFile } from '../src/configuration-file.ts';

const DEPLOY = join(REPOSITORY, 'deploy');
const read = (...path: string[]) => readFileSync(join(DEPLOY, ...path), 'utf8');
const variables = new Set(SETTING_DESCRIPTIONS.map(({ variable }) => variable));

type Yaml = Record<string, unknown>;

/** Returns every value of a key, at any depth. */
function valuesOf(key: string, within: unknown): unknown[] {
  if (Array.isArray(within)) return within.flatMap((item) => valuesOf(key, item));
  if (typeof within !== 'object' || within === null) return [];
  return Object.entries(within).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ]);
}

describe('the files for containers', () => {
  test('the image runs as a user without rights and writes to /data only', () => {
    const lines = read('container', 'Dockerfile').split('\n');
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    assert.ok(
      lines.filter((line) => line.startsWith('FROM ')).every((line) => /:\d+-bookworm-slim\b/.test(line)),
    );
    assert.ok(last.includes('USER 10001:10001') && last.includes('VOLUME /data'));
    assert.ok(
      last.some((line) => line.startsWith('ENTRYPOINT ["node",')),
      'no shell between',
    );
  });

  for (const file of ['compose.yaml', 'compose.cluster.yaml']) {
    test(`${file} runs Claviger read-only and without capabilities, with existing settings`, () => {
      const { services } = parse(read('container', file), { merge: true }) as {
        services: Record<string, Yaml>;
      };
      const nodes = Object.values(services).filter(({ image }) => image === 'claviger');
      assert.ok(nodes.length > 0);
      for (const node of nodes) {
        assert.equal(node['read_only'], true);
        assert.deepEqual(node['cap_drop'], ['ALL']);
        assert.deepEqual(node['security_opt'], ['no-new-privileges:true']);
        for (const name of Object.keys(node['environment'] as Yaml)) assert.ok(variables.has(name), name);
      }
      for (const { image } of Object.values(services)) assert.doesNotMatch(String(image), /:latest$/);
    });
  }
});

test('the systemd unit starts the configuration file beside it, and has the usual hardening', () => {
  const unit = read('systemd', 'claviger.service');
  assert.match(unit, /^ExecStart=\S+\/claviger serve --config \/etc\/claviger\/claviger\.yaml$/m);
  assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  for (const line of [
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
    'PrivateUsers=yes',
  ]) {
    assert.ok(unit.split('\n').includes(line), line);
  }
  assert.ok('publicUrl' in readConfigurationFile(join(DEPLOY, 'systemd', 'claviger.yaml')).values);
});

describe('the files for Kubernetes', () => {
  const folder = join(DEPLOY, 'kubernetes');
  const documents = readdirSync(folder)
    .filter((name) => name !== 'claviger.yaml')
    .flatMap((name) => {
      const parsed = parseAllDocuments(readFileSync(join(folder, name), 'utf8'));
      return parsed.map((document) => {
        assert.deepEqual(document.errors, [], name);
        return document.toJS() as Yaml;
      });
    });

  test('each object has a kind and a name, and the kustomization lists existing files', () => {
    for (const { apiVersion, kind, metadata } of documents) {
      assert.ok(apiVersion !== undefined && kind !== undefined);
      assert.ok(kind === 'Kustomization' || (metadata as Yaml)['name'] !== undefined);
    }
    const names = readdirSync(folder);
    for (const name of valuesOf('resources', documents).filter(Array.isArray).flat()) {
      assert.ok(names.includes(name), name);
    }
    assert.ok('hosts' in readConfigurationFile(join(folder, 'claviger.yaml')).values);
  });

  test('each container satisfies the restricted pod security standard', () => {
    const containers = valuesOf('containers', documents).flat() as Yaml[];
    assert.equal(containers.length, 2);
    for (const { securityContext, resources } of containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      assert.ok(resources !== undefined);
    }
    assert.deepEqual(valuesOf('runAsNonRoot', documents), [true, true]);
    assert.deepEqual(valuesOf('automountServiceAccountToken', documents), [false, false]);
  });
});

describe('the files for monitoring', () => {
  const gateway = new GatewayMetrics({
    underWay: () => 0,
    upstreams: () => [],
    isReady: () => true,
    ageMs: () => 0,
    questions: () => ({ confirmed: 0, refused: 0, unanswered: 0 }),
  });
  const own = [...serverMetricNames(), ...gateway.registry.getMetricsAsArray().map(({ name }) => name)];
  const known = new Set([
    'up',
    ...own,
    ...own.flatMap((name) => ['_bucket', '_sum', '_count'].map((end) => name + end)),
  ]);

  /** Asserts that an expression is PromQL, and that each metric in it exists. */
  function assertQuery(query: string): void {
    const text = query.replaceAll('$__rate_interval', '5m');
    let metrics = 0;
    parser.parse(text).iterate({
      enter({ type, from, to, node }) {
        assert.ok(!type.isError, `${query}: not PromQL at ${from}`);
        if (type.name !== 'Identifier' || node.parent?.type.name !== 'VectorSelector') return;
        assert.ok(known.has(text.slice(from, to)), `${text.slice(from, to)} is not a metric`);
        metrics += 1;
      },
    });
    assert.ok(metrics > 0, query);
  }

  test('alert rules are PromQL over existing metrics, with severity and remedy', () => {
    const { groups } = parse(read('monitoring', 'alerts.yaml')) as { groups: { rules: Yaml[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    assert.ok(rules.length > 15);
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const { expr, labels, annotations } of rules) {
      assertQuery(String(expr));
      assert.ok(['critical', 'warning'].includes(String((labels as Yaml)['severity'])));
      assert.deepEqual(Object.keys(annotations as Yaml), ['summary', 'description']);
    }
  });

  test('panels of the dashboard are PromQL over existing metrics; each metric of Claviger is shown or alerted on', () => {
    const text = read('monitoring', 'grafana-dashboard.json');
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    for (const { targets } of panels) for (const { expr } of targets) assertQuery(expr);
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    const used = text + read('monitoring', 'alerts.yaml');
    assert.deepEqual(
      own.filter((name) => name.startsWith('claviger_') && !used.includes(name)),
      [],
    );
  });
});
