import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** A span as OTLP sends it in JSON. */
export interface ReceivedSpan {
  readonly service: unknown;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Receives the spans of processes, as an OpenTelemetry collector does. */
export interface SpanCollector {
  /** Variables for the processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that was received, as text. */
  text(): string;
  /** Resolves with the first span that fits, as soon as it has arrived. */
  span(fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const valuesOf = (attributes: readonly Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Starts a collector that ends with the tests of the file. */
export async function startSpanCollector(): Promise<SpanCollector> {
  const spans: ReceivedSpan[] = [];
  let text = '';
  let wake: (() => void)[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json').end('{}');
      text += body;
      const { resourceSpans } = JSON.parse(body) as {
        readonly resourceSpans: readonly {
          readonly resource: { readonly attributes: readonly Attribute[] };
          readonly scopeSpans: readonly {
            readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'service'> & {
              readonly attributes: readonly Attribute[];
            })[];
          }[];
        }[];
      };
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = valuesOf(resource.attributes)['service.name'];
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
          spans.push({ ...span, service, attributes: valuesOf(span.attributes) });
        }
      }
      const waiting = wake;
      wake = [];
      for (const resolve of waiting) resolve();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    text: () => text,
    async span(fits) {
      for (;;) {
        const found = spans.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    },
  };
}
