/**
 * How a program makes its first call with a new AccessKey: for the dialog that shows the key, and for docs/quickstart,
 * which `npm run docs:quickstart` makes from here. Every script is run by a test with the unmodified client. Where each
 * client takes its endpoint and its certificates from: docs/compatibility.md.
 */

/** Server and key that a quickstart is for. */
export interface QuickstartContext {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** `host:port`: endpoints have neither a scheme nor a slash. */
  readonly host: string;
  readonly isTls: boolean;
}

/** Ways to make the call, in the order of the tabs. */
export type QuickstartId = 'curl' | 'cli' | 'python' | 'go' | 'java' | 'node' | 'terraform' | 'env';

/** First call in one language or tool. */
export interface Quickstart {
  readonly id: QuickstartId;
  /** Name of the language or tool, the same in all languages. */
  readonly title: string;
  /** What has to be on the machine, in a few words that need no translation. */
  readonly needs: string;
  /** Commands that install the client into the current folder. */
  readonly install: readonly string[];
  /** File with the program, if there is one. */
  readonly program?: { readonly name: string; text(context: QuickstartContext): string };
  /** Commands that make the call; its key is in the environment. */
  run(context: QuickstartContext): readonly string[];
  /** Variable that names a certificate to trust, where the client reads one. */
  readonly certificateVariable?: string;
}

/** Certificate that `--tls auto` makes, as the server prints it for `--data ./data`. */
const CERTIFICATE = './data/tls/cert.pem';

const protocolOf = ({ isTls }: QuickstartContext) => (isTls ? 'https' : 'http');

const CURL: Quickstart = {
  id: 'curl',
  title: 'curl',
  needs: 'curl, openssl',
  install: [],
  run: (context) => [
    `host=${context.host}`,
    'date=$(date -u +%Y-%m-%dT%H:%M:%SZ)',
    'nonce=$(openssl rand -hex 16)',
    'digest() { openssl dgst -sha256 -r "$@" | cut -d\' \' -f1; }',
    "empty=$(printf '' | digest)",
    "names='host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version'",
    'canonical=$(printf \'POST\\n/\\n\\nhost:%s\\nx-acs-action:GetCallerIdentity\\nx-acs-content-sha256:%s\\nx-acs-date:%s\\nx-acs-signature-nonce:%s\\nx-acs-version:2015-04-01\\n\\n%s\\n%s\' "$host" "$empty" "$date" "$nonce" "$names" "$empty")',
    'text=$(printf \'ACS3-HMAC-SHA256\\n%s\' "$(printf \'%s\' "$canonical" | digest)")',
    'signature=$(printf \'%s\' "$text" | digest -hmac "$ALIBABA_CLOUD_ACCESS_KEY_SECRET")',
    `curl -sS -X POST ${protocolOf(context)}://$host/${context.isTls ? ` --cacert ${CERTIFICATE}` : ''} \\`,
    '  -H "x-acs-action: GetCallerIdentity" -H "x-acs-version: 2015-04-01" \\',
    '  -H "x-acs-date: $date" -H "x-acs-signature-nonce: $nonce" -H "x-acs-content-sha256: $empty" \\',
    '  -H "Authorization: ACS3-HMAC-SHA256 Credential=$ALIBABA_CLOUD_ACCESS_KEY_ID,SignedHeaders=$names,Signature=$signature"',
  ],
};

const CLI: Quickstart = {
  id: 'cli',
  title: 'aliyun',
  needs: 'aliyun (Alibaba Cloud CLI)',
  install: [],
  run: ({ host, isTls }) => [
    'aliyun configure set --profile claviger --mode AK --region cn-hangzhou \\',
    '  --access-key-id "$ALIBABA_CLOUD_ACCESS_KEY_ID" --access-key-secret "$ALIBABA_CLOUD_ACCESS_KEY_SECRET"',
    `aliyun sts GetCallerIdentity --profile claviger --endpoint ${host}${isTls ? '' : ' --insecure'}`,
  ],
  certificateVariable: 'SSL_CERT_FILE',
};

const PYTHON: Quickstart = {
  id: 'python',
  title: 'Python',
  needs: 'Python 3.8',
  install: [
    'python3 -m venv .venv',
    '.venv/bin/pip install alibabacloud_sts20150401 alibabacloud_credentials',
  ],
  program: {
    name: 'first_call.py',
    text: (context) => `from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

client = Client(Config(
    credential=CredentialClient(),
    endpoint='${context.host}',
    protocol='${protocolOf(context)}',
))
print(client.get_caller_identity().body.arn)
`,
  },
  run: () => ['.venv/bin/python first_call.py'],
  certificateVariable: 'SSL_CERT_FILE',
};

const GO: Quickstart = {
  id: 'go',
  title: 'Go',
  needs: 'Go 1.21',
  install: [
    'go mod init example.com/firstcall',
    'go get github.com/alibabacloud-go/darabonba-openapi/v2 github.com/alibabacloud-go/tea github.com/aliyun/credentials-go',
  ],
  program: {
    name: 'main.go',
    text: (context) => `package main

import (
	"fmt"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"
)

func main() {
	credential, err := credentials.NewCredential(nil)
	if err != nil {
		panic(err)
	}
	client, err := openapi.NewClient(&openapi.Config{
		Credential: credential,
		Endpoint:   tea.String("${context.host}"),
		Protocol:   tea.String("${protocolOf(context)}"),
	})
	if err != nil {
		panic(err)
	}
	answer, err := client.CallApi(&openapi.Params{
		Action:      tea.String("GetCallerIdentity"),
		Version:     tea.String("2015-04-01"),
		Protocol:    tea.String("${protocolOf(context).toUpperCase()}"),
		Method:      tea.String("POST"),
		AuthType:    tea.String("AK"),
		Style:       tea.String("RPC"),
		Pathname:    tea.String("/"),
		ReqBodyType: tea.String("json"),
		BodyType:    tea.String("json"),
	}, &openapi.OpenApiRequest{}, &dara.RuntimeOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer["body"].(map[string]interface{})["Arn"])
}
`,
  },
  run: () => ['go mod tidy', 'go run .'],
  certificateVariable: 'SSL_CERT_FILE',
};

const JAVA: Quickstart = {
  id: 'java',
  title: 'Java',
  needs: 'JDK 11, Maven',
  install: [
    `cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>firstcall</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.aliyun</groupId>
      <artifactId>sts20150401</artifactId>
      <version>1.1.4</version>
    </dependency>
  </dependencies>
</project>
POM`,
    'mvn -q dependency:copy-dependencies -DoutputDirectory=lib',
  ],
  program: {
    name: 'FirstCall.java',
    text: (context) => `import com.aliyun.sts20150401.Client;
import com.aliyun.teaopenapi.models.Config;

public class FirstCall {
    public static void main(String[] arguments) throws Exception {
        Config config = new Config()
                .setCredential(new com.aliyun.credentials.Client())
                .setEndpoint("${context.host}")
                .setProtocol("${protocolOf(context)}");
        System.out.println(new Client(config).getCallerIdentity().getBody().getArn());
    }
}
`,
  },
  run: ({ isTls }) =>
    isTls
      ? [
          `keytool -importcert -noprompt -alias claviger -file ${CERTIFICATE} \\`,
          '  -keystore trust.p12 -storetype PKCS12 -storepass changeit',
          "java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit -cp 'lib/*' FirstCall.java",
        ]
      : ["java -cp 'lib/*' FirstCall.java"],
};

const NODE: Quickstart = {
  id: 'node',
  title: 'Node.js',
  needs: 'Node.js 18',
  install: ['npm install @alicloud/sts20150401 @alicloud/openapi-core @alicloud/credentials'],
  program: {
    name: 'first-call.mjs',
    text: (context) => `import Credentials from '@alicloud/credentials';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import Sts from '@alicloud/sts20150401';

const client = new Sts.default(
  new $OpenApiUtil.Config({
    credential: new Credentials.default(),
    endpoint: '${context.host}',
    protocol: '${protocolOf(context)}',
  }),
);
console.log((await client.getCallerIdentity()).body.arn);
`,
  },
  run: () => ['node first-call.mjs'],
  certificateVariable: 'NODE_EXTRA_CA_CERTS',
};

const TERRAFORM: Quickstart = {
  id: 'terraform',
  title: 'Terraform',
  needs: 'Terraform 1.0',
  install: [],
  program: {
    name: 'main.tf',
    text: (context) => `terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

provider "alicloud" {
  region                 = "cn-hangzhou"
  skip_region_validation = true
  account_type           = "Domestic"
  protocol               = "${protocolOf(context).toUpperCase()}"

  endpoints {
    ram = "${context.host}"
    ims = "${context.host}"
    sts = "${context.host}"
  }
}

data "alicloud_caller_identity" "current" {}

output "caller" {
  value = data.alicloud_caller_identity.current.arn
}
`,
  },
  run: () => ['terraform init', 'terraform apply'],
  certificateVariable: 'SSL_CERT_FILE',
};

const ENV: Quickstart = {
  id: 'env',
  title: '.env',
  needs: '',
  install: [],
  run: () => [],
};

/** All quickstarts, in the order of the tabs. */
export const QUICKSTARTS: readonly Quickstart[] = [CURL, CLI, PYTHON, GO, JAVA, NODE, TERRAFORM, ENV];

/** Returns the two lines that give a program its key, as a shell or a `.env` file reads them. */
export function keyVariables({ accessKeyId, accessKeySecret }: QuickstartContext): readonly string[] {
  return [`ALIBABA_CLOUD_ACCESS_KEY_ID=${accessKeyId}`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET=${accessKeySecret}`];
}

/**
 * Returns a quickstart as one text to be pasted into a shell in an empty folder. For `.env` the text of that file.
 */
export function quickstartScript(quickstart: Quickstart, context: QuickstartContext): string {
  const { id, install, program, certificateVariable } = quickstart;
  if (id === 'env') return `${keyVariables(context).join('\n')}\n`;
  const trusted =
    context.isTls && certificateVariable !== undefined
      ? [`export ${certificateVariable}=${CERTIFICATE}`]
      : [];
  const written = program === undefined ? [] : [`cat > ${program.name} <<'END'\n${program.text(context)}END`];
  return `${[
    ...keyVariables(context).map((line) => `export ${line}`),
    ...trusted,
    ...install,
    ...written,
    ...quickstart.run(context),
  ].join('\n')}\n`;
}
