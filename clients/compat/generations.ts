import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Language of a client, and the name of its folder here. */
export type Language = 'node' | 'python' | 'go' | 'java' | 'aliyun';

/** Versions of the clients: the newest, or the oldest that the registries serve and the drivers can call. */
export type Pins = 'newest' | 'oldest';

/** Way of pointing a client at a server. */
export interface EndpointSetting {
  /** `Call.setting`; `undefined`: the driver's default. */
  readonly name?: string;
  /** As a program writes it. */
  readonly text: string;
}

/** Way of making a client trust the certificate of a server. */
export interface TrustSetting {
  /** `client`: the driver gives the certificate to the client; otherwise the environment says it. */
  readonly by: 'client' | 'environment' | 'trust store';
  /** Variable that names the PEM file. */
  readonly variable?: string;
  readonly text: string;
}

/** One generation of the official clients of a language. */
export interface Generation {
  readonly name: string;
  readonly title: string;
  readonly language: Language;
  /** Packages whose versions the page shows, by name in the language's registry. */
  readonly packages: readonly string[];
  /** Whether answers have typed fields; others return what is in the JSON. */
  readonly isTyped: boolean;
  /** Why no older versions are tested; `undefined` if they are. */
  readonly noOlder?: string;
  readonly endpoints: readonly EndpointSetting[];
  readonly trust: readonly TrustSetting[];
  /** Words of the command that starts the driver. @param installed folder of the language's clients */
  command(installed: string): readonly string[];
}

const here = import.meta.dirname;

/** Folder with copies of the drivers, in a folder of clients that are not those of the repository. */
export const COPIED_DRIVERS = 'drivers';

const nodeDriver =
  (name: string) =>
  (installed: string): readonly string[] => {
    const copies = join(installed, COPIED_DRIVERS);
    const driver = join(existsSync(copies) ? copies : here, 'node', `${name}.ts`);
    return [process.execPath, '--no-warnings', driver];
  };

const pythonDriver =
  (name: string) =>
  (installed: string): readonly string[] => [
    join(installed, 'bin', 'python'),
    join(here, 'python', `${name}.py`),
  ];

const javaDriver =
  (folder: string, name: string) =>
  (installed: string): readonly string[] => {
    const classes = join(installed, folder);
    return [
      'java',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${join(classes, '*')}:${classes}`,
      name,
    ];
  };

const goDriver =
  (name: string) =>
  (installed: string): readonly string[] => [join(installed, name)];

const JAVA_TRUST: TrustSetting = {
  by: 'trust store',
  text: '`-Djavax.net.ssl.trustStore=` with the certificate imported by `keytool`',
};

/** Every generation under test, in the order of the page. */
export const GENERATIONS: readonly Generation[] = [
  {
    name: 'node-new',
    title: 'Node, new generation',
    language: 'node',
    packages: ['@alicloud/ims20190815', '@alicloud/ram20150501', '@alicloud/sts20150401'],
    isTyped: true,
    endpoints: [{ text: "`endpoint: '127.0.0.1:8080', protocol: 'http'`" }],
    trust: [{ by: 'environment', variable: 'NODE_EXTRA_CA_CERTS', text: '`NODE_EXTRA_CA_CERTS`' }],
    command: nodeDriver('new-generation'),
  },
  {
    name: 'node-generic',
    title: 'Node, generic client',
    language: 'node',
    packages: ['@alicloud/openapi-client'],
    isTyped: false,
    endpoints: [{ text: "`endpoint: '127.0.0.1:8080', protocol: 'http'`" }],
    trust: [{ by: 'environment', variable: 'NODE_EXTRA_CA_CERTS', text: '`NODE_EXTRA_CA_CERTS`' }],
    command: nodeDriver('generic'),
  },
  {
    name: 'node-old',
    title: 'Node, old generation (pop-core)',
    language: 'node',
    packages: ['@alicloud/pop-core'],
    isTyped: false,
    endpoints: [{ text: "`endpoint: 'http://127.0.0.1:8080'`" }],
    trust: [{ by: 'environment', variable: 'NODE_EXTRA_CA_CERTS', text: '`NODE_EXTRA_CA_CERTS`' }],
    command: nodeDriver('old-generation'),
  },
  {
    name: 'python-new',
    title: 'Python, new generation',
    language: 'python',
    packages: [
      'alibabacloud_ims20190815',
      'alibabacloud_ram20150501',
      'alibabacloud_sts20150401',
      'alibabacloud_actiontrail20200706',
    ],
    isTyped: true,
    endpoints: [{ text: "`Config(endpoint='127.0.0.1:8080', protocol='http')`" }],
    trust: [
      { by: 'client', text: '`Config(ca=path)`' },
      { by: 'environment', variable: 'SSL_CERT_FILE', text: '`SSL_CERT_FILE`' },
    ],
    command: pythonDriver('new_generation'),
  },
  {
    name: 'python-old',
    title: 'Python, old generation',
    language: 'python',
    packages: [
      'aliyun-python-sdk-core',
      'aliyun-python-sdk-ims',
      'aliyun-python-sdk-ram',
      'aliyun-python-sdk-sts',
      'aliyun-python-sdk-actiontrail',
    ],
    isTyped: false,
    endpoints: [
      { text: "`request.set_endpoint('127.0.0.1:8080')`, `request.set_protocol_type('http')`" },
      {
        name: 'mapping',
        text: "`region_provider.add_endpoint('Ram', 'cn-hangzhou', '127.0.0.1:8080')`, `request.set_protocol_type('http')`",
      },
    ],
    trust: [
      { by: 'client', text: '`AcsClient(verify=path)`' },
      { by: 'environment', variable: 'ALIBABA_CLOUD_CA_BUNDLE', text: '`ALIBABA_CLOUD_CA_BUNDLE`' },
    ],
    command: pythonDriver('old_generation'),
  },
  {
    name: 'go-generic',
    title: 'Go, generic client of the new generation',
    language: 'go',
    packages: ['github.com/alibabacloud-go/darabonba-openapi/v2'],
    isTyped: false,
    endpoints: [{ text: '`Endpoint: tea.String("127.0.0.1:8080"), Protocol: tea.String("http")`' }],
    trust: [
      { by: 'client', text: '`Config.Ca`, the PEM text' },
      { by: 'environment', variable: 'SSL_CERT_FILE', text: '`SSL_CERT_FILE`' },
    ],
    command: goDriver('generic'),
  },
  {
    name: 'go-old',
    title: 'Go, old generation',
    language: 'go',
    packages: ['github.com/aliyun/alibaba-cloud-sdk-go'],
    isTyped: true,
    endpoints: [
      { text: '`request.Domain`, `request.Scheme`' },
      { name: 'client', text: '`client.Domain`, `request.Scheme`' },
      { name: 'mapping', text: '`endpoints.AddEndpointMapping(…)`, `request.Scheme`' },
    ],
    trust: [{ by: 'environment', variable: 'SSL_CERT_FILE', text: '`SSL_CERT_FILE`' }],
    command: goDriver('old'),
  },
  {
    name: 'java-new',
    title: 'Java, new generation',
    language: 'java',
    packages: ['ims20190815', 'ram20150501', 'sts20150401', 'actiontrail20200706', 'tea-openapi'],
    isTyped: true,
    endpoints: [{ text: '`setEndpoint("127.0.0.1:8080").setProtocol("http")`' }],
    trust: [JAVA_TRUST],
    command: javaDriver('new', 'NewGeneration'),
  },
  {
    name: 'java-async',
    title: 'Java, asynchronous',
    language: 'java',
    packages: ['alibabacloud-sts20150401'],
    isTyped: true,
    noOlder: 'the registry serves one version',
    endpoints: [
      {
        text: '`ClientOverrideConfiguration.create().setEndpointOverride("127.0.0.1:8080").setProtocol("HTTP")`',
      },
    ],
    trust: [JAVA_TRUST],
    command: javaDriver('async', 'AsyncGeneration'),
  },
  {
    name: 'java-old',
    title: 'Java, old generation',
    language: 'java',
    packages: [
      'aliyun-java-sdk-core',
      'aliyun-java-sdk-ram',
      'aliyun-java-sdk-sts',
      'aliyun-java-sdk-actiontrail',
    ],
    isTyped: true,
    noOlder: 'older versions decode nested answers wrongly themselves (seen with core 4.4.0 and 4.5.0)',
    endpoints: [
      { text: '`request.setSysEndpoint("127.0.0.1:8080")`, `request.setSysProtocol(ProtocolType.HTTP)`' },
      {
        name: 'mapping',
        text: '`DefaultProfile.addEndpoint(…)`, `request.setSysProtocol(ProtocolType.HTTP)`',
      },
    ],
    trust: [JAVA_TRUST],
    command: javaDriver('old', 'OldGeneration'),
  },
  {
    name: 'aliyun',
    title: '`aliyun` command',
    language: 'aliyun',
    packages: ['aliyun'],
    isTyped: false,
    endpoints: [
      { text: '`--endpoint 127.0.0.1:8080 --insecure`' },
      { name: 'profile', text: '`"endpoint": "127.0.0.1:8080"` of a profile, `--insecure`' },
    ],
    trust: [{ by: 'environment', variable: 'SSL_CERT_FILE', text: '`SSL_CERT_FILE`' }],
    command: () => [process.execPath, '--no-warnings', join(here, 'aliyun', 'aliyun.ts')],
  },
];

/** Languages in the order of the page. */
export const LANGUAGES: readonly Language[] = ['node', 'python', 'go', 'java', 'aliyun'];

/** Languages that no package registry serves: tested where they are on the PATH. */
export const UNPUBLISHED: readonly Language[] = ['aliyun'];
