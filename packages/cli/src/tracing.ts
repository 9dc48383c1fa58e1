import { traceRequests } from '@claviger/guard/internal';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { CommanderError } from 'commander';
import { packageVersion } from './package-version.ts';
import type { Terminal } from './terminal.ts';

/** Variables of OpenTelemetry that ask for traces when they have a value. */
const ASKING = [
  'OTEL_TRACES_EXPORTER',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const;

/** Time for sending the last spans, in milliseconds. */
const LAST_SPANS_MS = 3000;

/** Help text of the commands that can trace requests. */
export const TRACING_HELP = `Traces of requests are sent by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER …) where @opentelemetry/sdk-node is installed beside claviger.`;

/**
 * Loads OpenTelemetry's SDK where its standard variables ask for traces. Called before anything is installed or opened,
 * so that a missing one is said first.
 * @returns `undefined` if traces are not asked for: nothing is loaded then
 * @throws CommanderError if traces are asked for and the SDK is not installed
 */
export async function loadTracing(environment: Terminal['environment']) {
  const asking = ASKING.find((name) => (environment[name] ?? '') !== '');
  const isOff = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none';
  if (asking === undefined || isOff) return undefined;
  return import('@opentelemetry/sdk-node').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CommanderError(
      2,
      'claviger.tracing',
      `${asking} asks for traces, which need @opentelemetry/sdk-node: install it beside claviger ` +
        '(`npm install @opentelemetry/sdk-node`), or set OTEL_TRACES_EXPORTER=none',
    );
  });
}

/**
 * Starts OpenTelemetry where its standard variables ask for traces.
 *
 * @param warn receives a problem of the exporter, each text once
 * @returns a function that sends what is left and stops
 * @throws CommanderError if traces are asked for and the SDK is not installed
 */
export async function startTracing(
  environment: Terminal['environment'],
  warn: (problem: string) => void,
): Promise<() => Promise<void>> {
  const loaded = await loadTracing(environment);
  if (loaded === undefined) return async () => {};
  const { NodeSDK } = loaded;
  // An exporter that reaches no collector would repeat itself with each batch.
  const told = new Set<string>();
  const report = (problem: string) => {
    if (told.has(problem) || told.size > 100) return;
    told.add(problem);
    warn(problem);
  };
  diag.setLogger(
    { error: report, warn: report, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const named = environment['OTEL_SERVICE_NAME'] ?? environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '';
  const sdk = new NodeSDK({
    instrumentations: [],
    // Metrics are read at /metrics, and logs go to standard error.
    metricReaders: [],
    logRecordProcessors: [],
    ...(named === '' && { serviceName: 'claviger' }),
  });
  sdk.start();
  traceRequests(packageVersion());
  return () =>
    Promise.race([
      sdk.shutdown().catch((error: unknown) => report(String(error))),
      // A collector that does not answer must not hold up the end of the process.
      new Promise<void>((resolve) => setTimeout(resolve, LAST_SPANS_MS).unref()),
    ]);
}
