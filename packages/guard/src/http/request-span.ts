import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/** Set by {@link traceRequests}; without it no request pays for spans. */
let tracer: Tracer | undefined;

/**
 * Makes spans of requests from now on. Called once an OpenTelemetry SDK is registered: without one the spans would go
 * nowhere.
 * @param version of Claviger
 */
export function traceRequests(version: string): void {
  tracer = trace.getTracer('claviger', version);
}

/** Facts of a finished request. None of them may be a secret. */
export interface RequestSpanFacts {
  /** Low in number: an operation or a route, never a path. */
  readonly name: string;
  /** Status of the answer. */
  readonly status: number;
  /** Code of the refusal; empty for a success. */
  readonly code: string;
  readonly attributes: Attributes;
}

/** Span of a received request, with the sender's span as its parent if the request names one. */
export class RequestSpan {
  readonly #span: Span;
  readonly #context: Context;

  private constructor(span: Span, parent: Context) {
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
  }

  /**
   * Starts a span.
   * @param rawHeaders name, value, name, value …, as received
   * @returns `undefined` if requests are not traced
   */
  static start(method: string, rawHeaders: readonly string[]): RequestSpan | undefined {
    if (tracer === undefined) return undefined;
    const parent = propagation.extract(ROOT_CONTEXT, rawHeaders, RAW_HEADERS);
    const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } };
    return new RequestSpan(tracer.startSpan(method, options, parent), parent);
  }

  /** Runs a function in which this span is the active one. */
  run<T>(work: () => T): T {
    return context.with(this.#context, work);
  }

  /**
   * Returns header fields with this span as the parent of the receiver's.
   * @param fields name, value, name, value …
   */
  passOn(fields: readonly string[]): string[] {
    const replaced = new Set(propagation.fields());
    const passed: string[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const name = fields[at] as string;
      if (!replaced.has(name.toLowerCase())) passed.push(name, fields[at + 1] as string);
    }
    propagation.inject(this.#context, passed, {
      set: (carrier, name, value) => carrier.push(name, value),
    });
    return passed;
  }

  /** Ends it. */
  end({ name, status, code, attributes }: RequestSpanFacts): void {
    const span = this.#span;
    span.updateName(name);
    span.setAttributes(attributes);
    span.setAttribute('http.response.status_code', status);
    if (code !== '') span.setAttribute('error.type', code);
    // A refusal of the client's fault is no error of this server.
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    span.end();
  }
}

/** Runs a step of a request in a span of its own, if requests are traced. @returns what the step returns */
export function inSpan<T>(name: string, step: () => Promise<T>): Promise<T> {
  if (tracer === undefined) return step();
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await step();
    } catch (error) {
      // Its message is in the answer or in the log; here it could be a text of the sender's.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Reads header fields for a propagator. */
const RAW_HEADERS = {
  keys: (carrier: readonly string[]) =>
    carrier.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()),
  get(carrier: readonly string[], key: string): string | undefined {
    for (let at = 0; at + 1 < carrier.length; at += 2) {
      if ((carrier[at] as string).toLowerCase() === key.toLowerCase()) return carrier[at + 1];
    }
    return undefined;
  },
};
