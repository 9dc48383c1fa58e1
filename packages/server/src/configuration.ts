import { parseRateLimit, parseTrustedProxies, VpcNetworks } from '@claviger/guard/internal';
import { z } from 'zod';
import { parseLimits } from './context/limits.ts';
import { ConfigurationError } from './errors/configuration-error.ts';
import { dnsTxtRecords } from './federation/domain-records.ts';
import { IssuerNetwork } from './federation/issuer-network.ts';
import { hostNameOf } from './http/host-name.ts';
import { isMasterKeyText } from './secrets/local-master-key.ts';

const notEmpty = z.string().min(1, 'must not be empty');

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const rateLimit = z.string().refine((text) => text === 'off' || parseRateLimit(text) !== undefined, {
  message: 'must be like 200/s, 200/s burst 1000, 6000/m, or off',
});

/** Flag without a value; `true` or `false` in a variable. */
const onlyTrue = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'must be true or false',
});

/** Number from a command line. The default messages of zod speak of NaN. */
const wholeNumber = (least: number, most?: number) => {
  const error = `must be a whole number, ${most === undefined ? `${least} or more` : `${least} to ${most}`}`;
  return z.coerce
    .number({ error })
    .int({ error })
    .min(least, { error })
    .max(most ?? Number.MAX_SAFE_INTEGER, { error });
};

/**
 * Settings of a server: the flag's name in camelCase, its rule, and its default. Each has an environment variable:
 * `--trusted-proxies` is `CLAVIGER_TRUSTED_PROXIES`. A flag wins over the variable.
 */
const settings = z.object({
  data: notEmpty.default('./data').describe('data directory'),
  host: notEmpty.default('127.0.0.1').describe('address to listen on'),
  port: wholeNumber(0, 65_535).default(8080).describe('port to listen on; 0 for any free one'),
  hosts: list
    .default([])
    .superRefine((hosts, context) => {
      const wrong = hosts.find((host) => host !== '*' && hostNameOf(host) === '');
      if (wrong !== undefined) {
        context.addIssue({ code: 'custom', message: `"${wrong}" is neither a host name nor an address` });
      }
    })
    .describe('hosts that requests may name, beside that of --public-url; * for any'),
  adminHost: notEmpty.default('127.0.0.1').describe('address of the admin listener'),
  adminPort: wholeNumber(0, 65_535)
    .optional()
    .describe(
      'port of the admin listener: /metrics, /openapi, /readyz; 0 for any free one; no listener when absent',
    ),
  adminPaths: z
    .enum(['admin', 'public'])
    .default('admin')
    .describe('public: the paths of the admin listener are on the public port, too'),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL')
    .optional()
    .describe('PostgreSQL URL; the embedded SQLite in the data directory when absent'),
  redis: z
    .string()
    .regex(/^rediss?:\/\//, 'must be a redis:// URL')
    .optional()
    .describe('Redis or Valkey URL for replay nonces; needed when several nodes share a database'),
  tls: z
    .enum(['off', 'auto'])
    .default('off')
    .describe('auto: a self-signed certificate in the data directory'),
  tlsCert: z.string().optional().describe('file of the TLS certificate chain, PEM'),
  tlsKey: z.string().optional().describe('file of the TLS private key, PEM'),
  audit: z
    .enum(['batched', 'strict', 'best-effort'])
    .default('batched')
    .describe('strict: reads wait for their record; best-effort: changes do not wait for theirs'),
  auditRetentionDays: wholeNumber(0, 36_500)
    .default(180)
    .describe('days that audit events are kept; 0: for ever'),
  trustedProxies: list
    .default([])
    .superRefine((proxies, context) => {
      try {
        parseTrustedProxies(proxies);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .describe('addresses and CIDR blocks whose X-Forwarded-For is believed'),
  vpc: list
    .default([])
    .superRefine((networks, context) => {
      try {
        new VpcNetworks(networks);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .describe('networks with names for acs:SourceVpc and VPCWhiteList, such as vpc-build=10.20.0.0/16'),
  publicUrl: z
    .string()
    .superRefine((text, context) => {
      const url = URL.parse(text);
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/';
      if (!isOrigin || url.search !== '' || url.hash !== '' || url.username !== '') {
        context.addIssue({
          code: 'custom',
          message: 'must be like https://keys.example.com, without a path',
        });
      }
    })
    .optional()
    .describe('address at which browsers reach the console, such as https://keys.example.com'),
  privateIssuers: list
    .default([])
    .superRefine((networks, context) => {
      try {
        new IssuerNetwork(networks);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .describe('addresses and CIDR blocks of private networks where OIDC issuers may be; others are public'),
  dnsServers: list
    .default([])
    .superRefine((servers, context) => {
      try {
        dnsTxtRecords(servers);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be IP addresses, each perhaps with a port' });
      }
    })
    .describe("DNS servers that proofs of domains are asked of; the system's unless given"),
  allowUnverifiedDomains: onlyTrue
    .default(false)
    .describe('auxiliary domains of accounts count without the DNS record that proves them'),
  masterKeyProvider: z
    .enum(['file', 'environment', 'vault'])
    .default('file')
    .describe('where the master key is'),
  masterKey: z
    .string()
    .refine((text) => text.split(',').every((key) => isMasterKeyText(key.trim())), {
      message: 'must be the base64 of 32 bytes: `openssl rand -base64 32` makes one',
    })
    .optional()
    .describe('the master key, base64 of 32 bytes, for the provider "environment"'),
  vaultAddress: z.url().optional().describe('address of Vault, for the provider "vault"'),
  vaultToken: z.string().optional().describe('token for Vault'),
  vaultKey: z.string().default('claviger').describe("name of Vault's transit key"),
  region: z.string().default('cn-hangzhou').describe('region that audit events name'),
  cachedCredentials: wholeNumber(1).default(1_000_000).describe('credentials kept in memory'),
  rateLimitPerKey: rateLimit
    .default('200/s burst 1000')
    .describe('calls that each AccessKey or console session may make; off: any number'),
  rateLimitPerAccount: rateLimit
    .default('1000/s burst 5000')
    .describe('calls that each account may make; off: any number'),
  limits: list
    .default([])
    .superRefine((items, context) => {
      try {
        parseLimits(items);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .describe("limits of accounts that differ from RAM's, such as usersPerAccount=1000000"),
  streamsPerAccessKey: wholeNumber(1)
    .default(100)
    .describe('guards that may follow with one AccessKey at this node'),
  streamsPerAccount: wholeNumber(1)
    .default(500)
    .describe('guards of one account that may follow at this node'),
  streamsPerNode: wholeNumber(1).default(2000).describe('guards that may follow at this node'),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info').describe('what is logged'),
});

/** Validated configuration. */
export type Configuration = Readonly<z.infer<typeof settings>>;

/** One setting, for `--help` and the docs. */
export interface SettingDescription {
  readonly name: string;
  readonly variable: string;
  readonly description: string;
  readonly byDefault: string;
  /** Whether it is a list: values separated by commas, the flag any number of times. */
  readonly isList: boolean;
  /** Whether its flag takes no value. */
  readonly isSwitch: boolean;
}

/** All settings, in the order of `--help`. */
export const settingDescriptions: readonly SettingDescription[] = Object.entries(settings.shape).map(
  ([name, schema]) => {
    const empty = schema.safeParse(undefined);
    return {
      name,
      variable: variableOf(name),
      description: schema.description ?? schema.meta()?.description ?? '',
      isList: Array.isArray(empty.data),
      byDefault: empty.success && empty.data !== undefined ? String(empty.data) : '',
      isSwitch: empty.success && typeof empty.data === 'boolean',
    };
  },
);

/**
 * Reads the configuration of a server.
 * @param flags by camelCase name; `undefined` ones are not set
 * @param environment such as `process.env`
 * @throws ConfigurationError naming the invalid flag or variable
 */
export function readConfiguration(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const given: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  for (const name of Object.keys(settings.shape)) {
    const variable = variableOf(name);
    if (flags[name] !== undefined) {
      given[name] = flags[name];
      origin[name] = flagOf(name);
    } else if (environment[variable] !== undefined && environment[variable] !== '') {
      given[name] = environment[variable];
      origin[name] = variable;
    }
  }
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? '');
    throw new ConfigurationError(origin[name] ?? flagOf(name), issue?.message ?? 'is not valid');
  }
  const configuration = parsed.data;
  if ((configuration.tlsCert === undefined) !== (configuration.tlsKey === undefined)) {
    throw new ConfigurationError(
      configuration.tlsCert === undefined ? '--tls-cert' : '--tls-key',
      'a certificate and its key go together',
    );
  }
  if (configuration.masterKeyProvider === 'environment' && configuration.masterKey === undefined) {
    throw new ConfigurationError('CLAVIGER_MASTER_KEY', 'is needed by --master-key-provider environment');
  }
  // An operator who sets it believes that it is in use, and would back it up instead of the file.
  if (configuration.masterKeyProvider !== 'environment' && configuration.masterKey !== undefined) {
    const { masterKeyProvider } = configuration;
    throw new ConfigurationError(
      'CLAVIGER_MASTER_KEY',
      `is not used with --master-key-provider ${masterKeyProvider}: say environment, or unset it`,
    );
  }
  if (
    configuration.masterKeyProvider === 'vault' &&
    (configuration.vaultAddress === undefined || configuration.vaultToken === undefined)
  ) {
    throw new ConfigurationError(
      configuration.vaultAddress === undefined ? 'CLAVIGER_VAULT_ADDRESS' : 'CLAVIGER_VAULT_TOKEN',
      'is needed by --master-key-provider vault',
    );
  }
  return configuration;
}

function variableOf(name: string): string {
  return `CLAVIGER_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
