import { parseDuration, parseRateLimit, parseTrustedProxies, VpcNetworks } from '@claviger/guard/internal';
import { z } from 'zod';
import { parseS3Address } from './audit/s3-sink.ts';
import { parseSyslogAddress } from './audit/syslog-sink.ts';
import { parseLimits } from './context/limits.ts';
import { ConfigurationError } from './errors/configuration-error.ts';
import { createTxtRecordReader } from './federation/domain-records.ts';
import { IssuerNetwork } from './federation/issuer-network.ts';
import { hostNameOf } from './http/host-name.ts';
import { isMasterKeyText } from './secrets/local-master-key.ts';

const notEmpty = z.string().min(1, 'a text that is not empty');

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const rateLimit = z.string().refine((text) => text === 'off' || parseRateLimit(text) !== undefined, {
  message: '200/s, 200/s burst 1000, 6000/m, or off',
});

/** Flag without a value; `true` or `false` in an environment variable. */
const onlyTrue = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'true or false',
});

/** Whole number within bounds. @param others further values that a setting takes, for the message */
const wholeNumber = (least: number, most?: number, others = '') => {
  const error = `a whole number, ${most === undefined ? `${least} or more` : `${least} to ${most}`}${others}`;
  return z.coerce
    .number({ error })
    .int({ error })
    .min(least, { error })
    .max(most ?? Number.MAX_SAFE_INTEGER, { error });
};

/** Bounds of the durations that decide whether this node relies on what it knows. */
const DURATION_BOUNDS = { least: '1s', most: '1h' };

/** Bounds of the time that requests wait in an overload. */
const OVERLOAD_WAIT_BOUNDS = { least: '1ms', most: '1m' };

/** Bounds of the time that audit events are not chained. */
const CHAIN_INTERVAL_BOUNDS = { least: '1s', most: '10m' };

/** @returns milliseconds; `undefined` for `off` @throws RangeError that says what is expected */
export function parseDurationOrOff(text: string, bounds = DURATION_BOUNDS): number | undefined {
  if (text === 'off') return undefined;
  try {
    return parseDuration(text, bounds);
  } catch (error) {
    throw new RangeError(`${(error as Error).message}, or off`);
  }
}

/** @returns milliseconds; Infinity for `off` @throws RangeError that says what is expected */
export function parseOverloadWait(text: string): number {
  return parseDurationOrOff(text, OVERLOAD_WAIT_BOUNDS) ?? Number.POSITIVE_INFINITY;
}

/** @returns bytes of a size such as `20GB`; 0 for `off` */
export function parseSizeOrOff(text: string): number {
  if (text === 'off') return 0;
  const factors: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };
  return Number(text.slice(0, -2)) * factors[text.slice(-2)]!;
}

/** Checks a value with a parser, whose error becomes the whole message. */
function checkedBy<Value>(parse: (value: Value) => unknown) {
  return (value: Value, context: z.RefinementCtx) => {
    try {
      parse(value);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: (error as RangeError).message,
        params: { isWholeMessage: true },
      });
    }
  };
}

/** Settings whose value may contain a secret. Messages do not repeat it. */
const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'database',
  'redis',
  'masterKey',
  'vaultToken',
  'vaultAddress',
  'auditWebhook',
  'auditWebhookSecret',
  'auditS3SecretAccessKey',
]);

/**
 * Settings of a server, by the name of the flag in camelCase, with rule, default and description. The message of a rule
 * says what is expected. Each setting has an environment variable: `--trusted-proxies` is `CLAVIGER_TRUSTED_PROXIES`. A
 * flag wins over the variable.
 */
const SETTINGS = z.object({
  data: notEmpty.default('./data').describe('data directory'),
  host: notEmpty.default('127.0.0.1').describe('address to listen on'),
  port: wholeNumber(0, 65_535).default(8080).describe('port to listen on; 0 for any free port'),
  hosts: list
    .default([])
    .superRefine((hosts, context) => {
      const wrong = hosts.find((host) => host !== '*' && hostNameOf(host) === '');
      if (wrong !== undefined) {
        context.addIssue({ code: 'custom', message: 'host names and IP addresses' });
      }
    })
    .describe('host names that requests may use, in addition to that of --public-url; * for any'),
  adminHost: notEmpty.default('127.0.0.1').describe('address of the admin listener'),
  adminPort: wholeNumber(0, 65_535)
    .optional()
    .describe(
      'port of the admin listener: /metrics, /openapi, /readyz; 0 for any free port; no listener when absent',
    ),
  adminPaths: z
    .enum(['admin', 'public'])
    .default('admin')
    .describe('where the paths of the admin listener are served; public: also on the public port'),
  workers: z
    .union([z.literal('auto'), wholeNumber(1, 128, ', or auto')])
    .default(1)
    .describe('processes that answer requests; auto: one per processor core'),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// URL')
    .optional()
    .describe(
      'PostgreSQL URL, with several hosts separated by commas: the one that takes changes is used; SQLite in the data directory when absent',
    ),
  databaseConnections: wholeNumber(1, 1000)
    .default(10)
    .describe('with PostgreSQL: most connections of this node for reading, and as many for writing'),
  statementTimeout: z
    .string()
    .superRefine(checkedBy((text) => parseDuration(text, DURATION_BOUNDS)))
    .default('30s')
    .describe('with PostgreSQL: longest duration of a statement'),
  lockTimeout: z
    .string()
    .superRefine(checkedBy((text) => parseDuration(text, DURATION_BOUNDS)))
    .default('10s')
    .describe('with PostgreSQL: longest wait of a statement for a lock'),
  redis: z
    .string()
    .regex(/^rediss?:\/\//, 'a redis:// or rediss:// URL')
    .optional()
    .describe('Redis or Valkey URL for replay nonces; required when several nodes share a database'),
  unsharedNonces: z
    .enum(['refuse', 'warn'])
    .default('refuse')
    .describe(
      'at start, when another server uses the same data and does not share its nonces by --redis; warn: start all the same',
    ),
  noncesUnavailable: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .describe(
      'signed requests while --redis does not answer; accept: each server checks them against its own nonces only, so that a captured request can be used once at each',
    ),
  maxStaleness: z
    .string()
    .superRefine(checkedBy((text) => parseDuration(text, DURATION_BOUNDS)))
    .default('5s')
    .describe('with PostgreSQL: requests are refused when no change was heard of for longer, such as 5s'),
  overloadWait: z
    .string()
    .superRefine(checkedBy(parseOverloadWait))
    .default('500ms')
    .describe(
      'requests of a caller that sends more than can be served are refused with Throttling after waiting this long, such as 500ms; off: they wait',
    ),
  maxClockDifference: z
    .string()
    .superRefine(checkedBy((text) => parseDurationOrOff(text)))
    .default('1m')
    .describe(
      'difference to the clock of the database from which this node is not ready, and disables and deletes nothing by age; off: clocks are not compared',
    ),
  tls: z
    .enum(['off', 'auto'])
    .default('off')
    .describe('auto: TLS with a self-signed certificate in the data directory'),
  tlsCert: z.string().optional().describe('TLS certificate chain, PEM file'),
  tlsKey: z.string().optional().describe('TLS private key, PEM file'),
  audit: z
    .enum(['batched', 'strict', 'best-effort'])
    .default('batched')
    .describe(
      'when audit events are written; batched: changes wait for their event; strict: reads wait, too; best-effort: no call waits',
    ),
  auditRetentionDays: wholeNumber(0, 36_500)
    .default(180)
    .describe('days that audit events are kept; 0: forever'),
  auditMaxSize: z
    .string()
    .regex(/^(off|\d{1,6}(MB|GB|TB))$/, 'a size such as 500MB or 20GB, or off')
    .default('off')
    .describe('size of the audit events at which the oldest are removed, such as 20GB; off: unlimited'),
  auditChainInterval: z
    .string()
    .superRefine(checkedBy((text) => parseDuration(text, CHAIN_INTERVAL_BOUNDS)))
    .default('10s')
    .describe('longest time that an audit event waits for its signed checkpoint'),
  auditSigningKey: notEmpty
    .optional()
    .describe(
      'file with the Ed25519 key that signs the audit log, PEM, the same on all nodes; audit-signing.key in the data directory when absent',
    ),
  auditWebhook: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
      message: 'an http:// or https:// URL',
    })
    .optional()
    .describe('URL that audit events are sent to by POST, as JSON lines'),
  auditWebhookSecret: notEmpty.optional().describe('secret that signs the body for the webhook, HMAC-SHA256'),
  auditSyslog: z
    .string()
    .refine((text) => parseSyslogAddress(text) !== undefined, {
      message: 'udp://host:port, tcp://host:port or tls://host:port',
    })
    .optional()
    .describe('syslog receiver of audit events, such as tls://logs.example.com:6514'),
  auditS3: z
    .string()
    .refine((text) => parseS3Address(text) !== undefined, { message: 's3://bucket/prefix' })
    .optional()
    .describe('S3-compatible storage that audit events are exported to, s3://bucket/prefix'),
  auditS3Endpoint: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text.replace('{bucket}', 'bucket'))?.protocol ?? ''), {
      message: 'a URL such as https://storage.example.com or https://{bucket}.storage.example.com',
    })
    .optional()
    .describe("endpoint of that storage; Amazon's when absent"),
  auditS3Region: notEmpty.default('us-east-1').describe('region of that storage'),
  auditS3AccessKeyId: notEmpty.optional().describe('access key id for that storage'),
  auditS3SecretAccessKey: notEmpty.optional().describe('secret access key for that storage'),
  trustedProxies: list
    .default([])
    .superRefine(checkedBy(parseTrustedProxies))
    .describe('addresses and CIDR blocks of proxies whose X-Forwarded-For is trusted'),
  vpc: list
    .default([])
    .superRefine(checkedBy((networks) => new VpcNetworks(networks)))
    .describe('named networks for acs:SourceVpc and VPCWhiteList, such as vpc-build=10.20.0.0/16'),
  publicUrl: z
    .string()
    .superRefine((text, context) => {
      const url = URL.parse(text);
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/';
      if (!isOrigin || url.search !== '' || url.hash !== '' || url.username !== '') {
        context.addIssue({
          code: 'custom',
          message: 'a URL without a path, such as https://keys.example.com',
        });
      }
    })
    .optional()
    .describe('URL of the console for browsers, such as https://keys.example.com'),
  privateIssuers: list
    .default([])
    .superRefine(checkedBy((networks) => new IssuerNetwork(networks)))
    .describe('addresses and CIDR blocks of private networks in which OIDC issuers are allowed'),
  dnsServers: list
    .default([])
    .superRefine((servers, context) => {
      try {
        createTxtRecordReader(servers);
      } catch {
        context.addIssue({ code: 'custom', message: 'IP addresses, each with an optional port' });
      }
    })
    .describe('DNS servers for the proof of domains; those of the system when absent'),
  allowUnverifiedDomains: onlyTrue
    .default(false)
    .describe('accept auxiliary domains of accounts without their DNS record'),
  unknownSystemPolicies: z
    .enum(['refuse', 'allow-attach'])
    .default('refuse')
    .describe(
      'what happens to names of system policies that are not known; allow-attach, for test doubles: any Aliyun name is attached as an empty policy',
    ),
  masterKeyProvider: z
    .enum(['file', 'environment', 'vault'])
    .default('file')
    .describe('where the master key is stored'),
  masterKey: z
    .string()
    .refine((text) => text.split(',').every((key) => isMasterKeyText(key.trim())), {
      message: 'base64 of 32 bytes, as printed by `openssl rand -base64 32`',
    })
    .optional()
    .describe('master key, base64 of 32 bytes, for the provider "environment"'),
  vaultAddress: z.url({ error: 'a URL' }).optional().describe('address of Vault, for the provider "vault"'),
  vaultToken: z.string().optional().describe('token of Vault'),
  vaultKey: z.string().default('claviger').describe('name of the transit key in Vault'),
  region: z.string().default('cn-hangzhou').describe('region in audit events'),
  cachedCredentials: wholeNumber(1).default(1_000_000).describe('number of credentials cached in memory'),
  rateLimitPerKey: rateLimit
    .default('200/s burst 1000')
    .describe('rate limit of each AccessKey or console session; off: none'),
  rateLimitPerAccount: rateLimit
    .default('1000/s burst 5000')
    .describe('rate limit of each account; off: none'),
  limits: list
    .default([])
    .superRefine(checkedBy(parseLimits))
    .describe("limits of accounts that differ from RAM's, such as usersPerAccount=1000000"),
  streamsPerAccessKey: wholeNumber(1)
    .default(100)
    .describe('most guard connections per AccessKey at this node'),
  streamsPerAccount: wholeNumber(1).default(500).describe('most guard connections per account at this node'),
  streamsPerNode: wholeNumber(1).default(2000).describe('most guard connections at this node'),
  requestLog: z
    .enum(['all', 'refused', 'off'])
    .default('all')
    .describe('which calls the log has a line for, at the level info'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('lowest level that is logged'),
});

/** Validated configuration. */
export type Configuration = Readonly<z.infer<typeof SETTINGS>>;

/** Description of a setting, for `--help` and docs. */
export interface SettingDescription {
  readonly name: string;
  readonly variable: string;
  readonly description: string;
  readonly byDefault: string;
  /** Whether the value is a list: separated by commas, or by repeating the flag. */
  readonly isList: boolean;
  /** Whether the flag takes no value. */
  readonly isSwitch: boolean;
  /** Valid values; empty when others are valid, too. */
  readonly choices: readonly string[];
}

/** Descriptions of all settings. */
export const SETTING_DESCRIPTIONS: readonly SettingDescription[] = Object.entries(SETTINGS.shape).map(
  ([name, schema]) => {
    const empty = schema.safeParse(undefined);
    return {
      name,
      variable: variableOf(name),
      description: schema.description ?? schema.meta()?.description ?? '',
      isList: Array.isArray(empty.data),
      byDefault: empty.success && empty.data !== undefined ? String(empty.data) : '',
      isSwitch: empty.success && typeof empty.data === 'boolean',
      choices: choicesOf(schema),
    };
  },
);

/**
 * Reads the configuration of a server.
 * @param flags by camelCase name; undefined ones are not set
 * @param environment such as `process.env`
 * @param file name and values of a configuration file, which flags and variables win over
 * @throws ConfigurationError that names the invalid flag or variable
 */
export function readConfiguration(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  file?: { readonly name: string; readonly values: Readonly<Record<string, unknown>> },
): Configuration {
  const given: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  for (const name of Object.keys(SETTINGS.shape)) {
    const variable = variableOf(name);
    if (flags[name] !== undefined) {
      given[name] = flags[name];
      origin[name] = flagOf(name);
    } else if (environment[variable] !== undefined && environment[variable] !== '') {
      given[name] = environment[variable];
      origin[name] = variable;
    } else if (file?.values[name] !== undefined) {
      given[name] = file.values[name];
      origin[name] = `${file.name}: ${flagOf(name).slice(2)}`;
    }
  }
  const parsed = SETTINGS.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? '');
    throw new ConfigurationError(origin[name] ?? flagOf(name), problemOf(name, given[name], issue));
  }
  const configuration = parsed.data;
  if ((configuration.tlsCert === undefined) !== (configuration.tlsKey === undefined)) {
    throw new ConfigurationError(
      configuration.tlsCert === undefined ? '--tls-cert' : '--tls-key',
      'required: --tls-cert and --tls-key are set together',
    );
  }
  if (configuration.masterKeyProvider === 'environment' && configuration.masterKey === undefined) {
    throw new ConfigurationError('CLAVIGER_MASTER_KEY', 'required by --master-key-provider environment');
  }
  // An operator who sets it would protect this key instead of the one that is used.
  if (configuration.masterKeyProvider !== 'environment' && configuration.masterKey !== undefined) {
    const { masterKeyProvider } = configuration;
    throw new ConfigurationError(
      'CLAVIGER_MASTER_KEY',
      `not used with --master-key-provider ${masterKeyProvider}: unset it, or use environment`,
    );
  }
  assertAuditSinks(configuration);
  if (
    configuration.masterKeyProvider === 'vault' &&
    (configuration.vaultAddress === undefined || configuration.vaultToken === undefined)
  ) {
    throw new ConfigurationError(
      configuration.vaultAddress === undefined ? 'CLAVIGER_VAULT_ADDRESS' : 'CLAVIGER_VAULT_TOKEN',
      'required by --master-key-provider vault',
    );
  }
  return configuration;
}

/** Settings that take effect while the server runs. */
const RELOADABLE_SETTINGS: ReadonlySet<string> = new Set([
  'tlsCert',
  'tlsKey',
  'hosts',
  'rateLimitPerKey',
  'rateLimitPerAccount',
  'auditRetentionDays',
  'auditMaxSize',
  'requestLog',
  'logLevel',
]);

/**
 * Returns the names of the settings that differ.
 * @throws ConfigurationError that names those that cannot change while the server runs
 */
export function assertReloadable(before: Configuration, after: Configuration): readonly string[] {
  const changed = Object.keys(SETTINGS.shape).filter((name) => {
    const key = name as keyof Configuration;
    return JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  });
  const fixed = changed.filter((name) => !RELOADABLE_SETTINGS.has(name));
  if (fixed.length > 0) {
    throw new ConfigurationError(fixed.map(flagOf).join(', '), 'a change takes effect at a restart only');
  }
  // A listener with TLS cannot become one without, nor the other way round.
  if ((before.tlsCert === undefined) !== (after.tlsCert === undefined)) {
    throw new ConfigurationError('--tls-cert', 'TLS is turned on and off at a restart only');
  }
  return changed;
}

/** @throws ConfigurationError if a receiver of audit events lacks a setting, or a setting its receiver */
function assertAuditSinks(configuration: Configuration): void {
  const { auditS3, auditWebhook } = configuration;
  const ofS3 = ['auditS3AccessKeyId', 'auditS3SecretAccessKey'] as const;
  for (const name of ofS3) {
    if (auditS3 !== undefined && configuration[name] === undefined) {
      throw new ConfigurationError(variableOf(name), 'required by --audit-s3');
    }
  }
  for (const name of [...ofS3, 'auditS3Endpoint'] as const) {
    if (auditS3 === undefined && configuration[name] !== undefined) {
      throw new ConfigurationError(
        variableOf(name),
        'not used without --audit-s3: unset it, or set --audit-s3',
      );
    }
  }
  if (auditWebhook === undefined && configuration.auditWebhookSecret !== undefined) {
    const problem = 'not used without --audit-webhook: unset it, or set --audit-webhook';
    throw new ConfigurationError(variableOf('auditWebhookSecret'), problem);
  }
}

/** Describes an invalid value: `invalid value "x": expected …`. */
function problemOf(name: string, value: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'custom' && issue.params?.['isWholeMessage'] === true) return issue.message;
  const text = String(value);
  const mayBeSecret = SECRET_SETTINGS.has(name) || text.includes('@');
  const quoted = mayBeSecret ? '' : ` ${JSON.stringify(text)}`;
  const expected = issue?.code === 'invalid_value' ? issue.values.join(', ') : issue?.message;
  return `invalid value${quoted}: expected ${expected}`;
}

function choicesOf(schema: z.ZodType): readonly string[] {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

function variableOf(name: string): string {
  return `CLAVIGER_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
