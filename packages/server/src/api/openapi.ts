import { type AnyOperation, EFFECT_OF_ACCESS } from '../pipeline/operation.ts';
import type { Registry } from '../pipeline/registry.ts';
import { SECURITY_EFFECTS } from '../pipeline/security-effect.ts';
import { type AnswerShape, isListShape, isOptionalField, wordsOf } from '../wire/answer-shape.ts';
import { answerShapes } from './described-operations.ts';

type Json = Readonly<Record<string, unknown>>;

/** Products by the name in the path of their description: `/openapi/ram.json`. */
export const OPEN_API_PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['ims', '2019-08-15'],
  ['ram', '2015-05-01'],
  ['sts', '2015-04-01'],
  ['actiontrail', '2020-07-06'],
  ['claviger', '2026-11-24'],
]);

/**
 * Returns the OpenAPI 3.1 document of one product, made from the registry: only implemented operations.
 *
 * RPC has one path for all operations, which OpenAPI cannot express; each operation therefore has its own fragment,
 * `/#CreateUser`, and its action and version as parameters with one possible value.
 * @param version of the product's API
 */
export function openApiDocument(registry: Registry, version: string): Json {
  const shapeOf = answerShapes();
  const built = [...registry.all()]
    .filter((operation) => operation.version === version)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    openapi: '3.1.0',
    info: {
      title: `Claviger: ${built[0]?.product ?? ''}`,
      version,
      description:
        'Operations in the RPC style of Alibaba Cloud, on one path. Sign requests with ACS3-HMAC-SHA256 or RPC 1.0; pages of the console show their session instead, and POST.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ acs3: [] }, { session: [], csrf: [] }],
    paths: Object.fromEntries(
      built.map((operation) => [`/#${operation.name}`, pathItem(operation, shapeOf(operation))]),
    ),
    components: {
      securitySchemes: {
        acs3: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'claviger_session_8080',
          description:
            'A session of the console. The name ends with the port of the address, if it has one, and begins with `__Host-` over TLS.',
        },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'x-claviger-csrf',
          description: 'The CsrfToken of the session, which GetSession answers.',
        },
      },
      responses: { Refusal: REFUSAL_RESPONSE },
    },
  };
}

const REFUSAL_RESPONSE = {
  description: 'The request was refused.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['RequestId', 'HostId', 'Code', 'Message', 'Recommend'],
        properties: {
          RequestId: { type: 'string' },
          HostId: { type: 'string' },
          Code: { type: 'string' },
          Message: { type: 'string' },
          Recommend: { type: 'string' },
          AccessDeniedDetail: { type: 'object' },
        },
      },
    },
  },
};

function pathItem(operation: AnyOperation, answer: AnswerShape): Json {
  return {
    post: {
      operationId: operation.name,
      tags: [operation.product],
      ...('note' in operation ? { description: operation.note } : {}),
      'x-access': EFFECT_OF_ACCESS[operation.access],
      ...(operation.access === 'write' ? { 'x-security-effect': operation.security.effect } : {}),
      ...securityOf(operation),
      ...stepUpOf(operation),
      parameters: [
        fixed('Action', operation.name),
        fixed('Version', operation.version),
        ...Object.entries(operation.input).map(([name, { required, schema }]) => ({
          name,
          in: 'query',
          required,
          schema,
        })),
      ],
      responses: {
        '200': {
          description: 'Done.',
          content: { 'application/json': { schema: schemaOf(answer) } },
        },
        default: { $ref: '#/components/responses/Refusal' },
      },
    },
  };
}

/** Returns whether console sessions need a step-up for an operation, and the input that is exempt. */
function stepUpOf(operation: AnyOperation): Json {
  if (operation.access !== 'write') return {};
  const { security } = operation;
  if (!SECURITY_EFFECTS[security.effect].needsStepUp) return {};
  return {
    'x-step-up': true,
    ...('except' in security && security.except ? { 'x-step-up-except': security.except.when } : {}),
  };
}

/** Returns how an operation authenticates its caller, unless by signature or session. */
function securityOf(operation: AnyOperation): Json {
  const session = { security: [{ session: [], csrf: [] }] };
  switch (operation.access) {
    case 'anonymous':
      return { security: [] };
    case 'stream':
      return { security: [{ acs3: [] }] };
    case 'console':
      return operation.session === 'none' ? { security: [] } : session;
    case 'read':
    case 'write':
      if (operation.sessionOnly === undefined) return {};
      return operation.sessionOnly === true ? session : { security: [{ session: [] }] };
  }
}

const fixed = (name: string, value: string) => ({
  name,
  in: 'query',
  required: true,
  schema: { type: 'string', const: value },
});

function schemaOf(shape: AnswerShape): Json {
  if (typeof shape === 'string') {
    const words = wordsOf(shape);
    if (words !== undefined) return { type: 'string', enum: words };
    return shape === 'any' ? {} : { type: shape };
  }
  if (isListShape(shape)) return { type: 'array', items: schemaOf(shape[0]) };
  if ('*' in shape) return { type: 'object', additionalProperties: true };
  const fields = Object.keys(shape);
  const required = fields.filter((field) => !isOptionalField(field));
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(shape).map(([field, value]) => [field.replace(/\?$/, ''), schemaOf(value)]),
    ),
    ...(required.length > 0 && { required }),
  };
}
