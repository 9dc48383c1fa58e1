/** Pages of docs/quickstart, made from the quickstarts of the console: `npm run docs:quickstart` writes them. */
import {
  QUICKSTARTS,
  type Quickstart,
  type QuickstartContext,
  quickstartScript,
} from '../packages/console/src/quickstart/quickstarts.ts';

const LANGUAGES = ['en', 'zh-TW', 'zh-CN'] as const;
type Language = (typeof LANGUAGES)[number];

const NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-TW': '繁體中文', 'zh-CN': '简体中文' };

/** Placeholders: a page has no secret. */
const PLACEHOLDERS: QuickstartContext = {
  accessKeyId: 'LTAI5tYourAccessKeyId',
  accessKeySecret: 'YourAccessKeySecret',
  host: '127.0.0.1:8080',
  isTls: false,
};

interface Texts {
  readonly title: (name: string) => string;
  readonly needs: string;
  readonly paste: string;
  readonly answer: string;
  readonly tls: string;
  readonly permissions: string;
  readonly traps: readonly string[];
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: (name) => `First call with ${name}`,
    needs: 'Needs',
    paste:
      'Create a RAM user with an AccessKey in the [console](../guide/en.md); its dialog has this script with the key filled in. Paste it into a shell in an empty folder:',
    answer: 'It prints who the key belongs to: `acs:ram::<account>:user/<name>`.',
    tls: 'With TLS (`claviger serve --tls auto`), where the server runs with `--data ./data` in the same folder:',
    permissions:
      '`GetCallerIdentity` needs no permission. Before other calls attach a policy to the user, on its tab **Permissions**: without one they are answered with 403 `NoPermission`.',
    traps: [
      'An endpoint is `host:port`: a scheme or a slash at the end makes the signature wrong.',
      'Without an endpoint the client calls the public cloud, with this key.',
      'Without a protocol the client speaks TLS: `http` has to be said.',
    ],
  },
  'zh-TW': {
    title: (name) => `用 ${name} 進行第一次呼叫`,
    needs: '需要',
    paste:
      '請在[控制台](../../guide/zh-TW.md)建立帶有 AccessKey 的 RAM 使用者；建立後的對話框會提供已填入金鑰的同一段指令。請在空資料夾的命令列中貼上：',
    answer: '它會印出金鑰所屬的身分：`acs:ram::<帳號>:user/<名稱>`。',
    tls: '使用 TLS（`claviger serve --tls auto`），且伺服器以 `--data ./data` 在同一資料夾執行時：',
    permissions:
      '`GetCallerIdentity` 不需要任何權限。進行其他呼叫之前，請先在使用者的**權限管理**分頁授予權限原則，否則會得到 403 `NoPermission`。',
    traps: [
      '端點為 `host:port`：加上通訊協定或結尾斜線會使簽章錯誤。',
      '未設定端點時，用戶端會以這把金鑰呼叫公有雲。',
      '未設定通訊協定時，用戶端使用 TLS：必須明確指定 `http`。',
    ],
  },
  'zh-CN': {
    title: (name) => `用 ${name} 进行第一次调用`,
    needs: '需要',
    paste:
      '请在[控制台](../../guide/zh-CN.md)创建带有 AccessKey 的 RAM 用户；创建后的对话框会提供已填入密钥的同一段命令。请在空文件夹的命令行中粘贴：',
    answer: '它会打印密钥所属的身份：`acs:ram::<账号>:user/<名称>`。',
    tls: '使用 TLS（`claviger serve --tls auto`），且服务器以 `--data ./data` 在同一文件夹运行时：',
    permissions:
      '`GetCallerIdentity` 不需要任何权限。进行其他调用之前，请先在用户的**权限管理**标签页授予策略，否则会得到 403 `NoPermission`。',
    traps: [
      '端点为 `host:port`：加上协议或结尾斜线会使签名错误。',
      '未设置端点时，客户端会用这把密钥调用公有云。',
      '未设置协议时，客户端使用 TLS：必须明确指定 `http`。',
    ],
  },
};

/** Returns the pages by their path below docs/quickstart. */
export function quickstartPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const quickstart of QUICKSTARTS) {
    // Its text is the two variables that every other page begins with.
    if (quickstart.id === 'env') continue;
    for (const language of LANGUAGES) {
      pages.set(pathOf(quickstart, language), pageOf(quickstart, language));
    }
  }
  return pages;
}

function pathOf({ id }: Quickstart, language: Language): string {
  return language === 'en' ? `${id}.md` : `${language}/${id}.md`;
}

function pageOf(quickstart: Quickstart, language: Language): string {
  const texts = TEXTS[language];
  const up = language === 'en' ? '' : '../';
  const links = LANGUAGES.map((each) =>
    each === language ? NAMES[each] : `[${NAMES[each]}](${up}${pathOf(quickstart, each)})`,
  );
  const block = (isTls: boolean) =>
    `\`\`\`sh\n${quickstartScript(quickstart, { ...PLACEHOLDERS, isTls })}\`\`\``;
  return `${[
    '<!-- Made by `npm run docs:quickstart`; change packages/console/src/quickstart/quickstarts.ts or scripts/quickstart-pages.ts. -->',
    `# ${texts.title(quickstart.title)}`,
    links.join(' · '),
    `${texts.needs}: ${quickstart.needs}`,
    texts.paste,
    block(false),
    texts.answer,
    texts.permissions,
    texts.traps.map((trap) => `- ${trap}`).join('\n'),
    texts.tls,
    block(true),
  ].join('\n\n')}\n`;
}
