/** Replays the requests of Terraform's provider: a second plan of a configuration that did not change shows none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clients } from './clients.ts';
import { insertUsers } from './inserted-users.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';
import { TERRAFORM_DATA_SOURCES, TERRAFORM_RESOURCES } from './terraform-requests.ts';
import type {
  Json,
  TerraformDataSource,
  TerraformRead,
  TerraformRequest,
  TerraformResource,
} from './terraform-resource.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Returns the field at a path; `List[].Name` is that field of every item. */
function fieldAt(from: unknown, path: string): unknown {
  const [list, name] = path.split('[].');
  if (name !== undefined) {
    const items = fieldAt(from, list as string);
    assert.ok(Array.isArray(items), `${list} is not a list`);
    return items.map((item) => fieldAt(item, name));
  }
  return path.split('.').reduce<unknown>((value, field) => (value as Fields | undefined)?.[field], from);
}

/** Sends requests for one resource, and replaces `<path>` in their values. */
class Replay {
  readonly #clients: Clients;
  readonly #scope: Record<string, unknown>;

  constructor({ admin, accountId, domain }: TestAccount) {
    this.#clients = admin;
    this.#scope = { account: { accountId, domain } };
  }

  resolve(text: string): string {
    return text.replaceAll(/<([\w.]+)>/g, (_, path: string) => {
      const id = String(this.#scope['id']);
      const part = /^id\.(\d)$/.exec(path)?.[1];
      const value = part === undefined ? fieldAt(this.#scope, path) : id.split(':')[Number(part)];
      assert.equal(typeof value, 'string', `<${path}> has no value`);
      return value as string;
    });
  }

  setId(id: string): void {
    this.#scope['id'] = id;
  }

  async send({
    version,
    operation,
    parameters,
    ignored = [],
    lists = [],
  }: TerraformRequest): Promise<Fields> {
    const sent = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, this.resolve(value)]),
    );
    try {
      const answer = await this.#clients.callRpc(version, operation, sent);
      Object.assign(this.#scope, answer);
      for (const list of lists) {
        assert.ok(Array.isArray(fieldAt(answer, list)), `${operation} does not return ${list}`);
      }
      return answer;
    } catch (error) {
      if (ignored.includes(codeOf(error))) return {};
      throw error;
    }
  }

  async sendAll(requests: readonly TerraformRequest[]): Promise<void> {
    for (const request of requests) await this.send(request);
  }

  /** Returns the attributes of the resource, or `undefined` if the provider takes it for gone. */
  async read(reads: readonly TerraformRead[]): Promise<Record<string, Json> | undefined> {
    const attributes: Record<string, Json> = {};
    for (const read of reads) {
      let from: unknown;
      try {
        from = await this.#readItem(read);
      } catch (error) {
        if (read.gone?.includes(codeOf(error)) === true) return undefined;
        throw error;
      }
      if (from === undefined) return undefined;
      this.#scope['found'] = from;
      for (const [name, path] of Object.entries(read.attributes)) {
        const value = fieldAt(from, path) as Json | undefined;
        assert.ok(value !== undefined, `${read.operation} does not return ${path}`);
        if (read.goneIf?.[name]?.some((gone) => isEqual(gone, value)) === true) return undefined;
        attributes[name] = value;
      }
    }
    return attributes;
  }

  async #readItem(read: TerraformRead): Promise<unknown> {
    const { find } = read;
    if (find === undefined) return this.send(read);
    for (let marker = ''; ; ) {
      const parameters = marker === '' ? read.parameters : { ...read.parameters, Marker: marker };
      const answer = await this.send({ ...read, parameters });
      const items = fieldAt(answer, find.list);
      assert.ok(Array.isArray(items), `${read.operation} does not return ${find.list}`);
      const wanted = Object.entries(find.where).map(
        ([field, value]) => [field, this.resolve(value)] as const,
      );
      const item = items.find((each) => wanted.every(([field, value]) => fieldAt(each, field) === value));
      if (item !== undefined || answer['IsTruncated'] !== true) return item;
      marker = String(answer['Marker']);
    }
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}

function statusOf(error: unknown): unknown {
  return fieldAt(error, 'entry.response.statusCode');
}

function isEqual(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Removes the attributes that the server sets at every change. */
function without(attributes: Record<string, Json> | undefined, names: readonly string[] = []): Fields {
  assert.ok(attributes !== undefined, 'the resource is gone');
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

async function replayResource(account: TestAccount, resource: TerraformResource): Promise<void> {
  const { read, computed } = resource;
  const replay = new Replay(account);
  await replay.sendAll(resource.before ?? []);
  await replay.sendAll(resource.create);
  const id = replay.resolve(resource.id);
  replay.setId(id);

  let state = await replay.read(read);
  const created = Object.entries(resource.created).map(([name, value]) => [
    name,
    name === 'arn' ? replay.resolve(String(value)) : value,
  ]);
  assert.partialDeepStrictEqual(without(state), Object.fromEntries(created));
  assert.deepEqual(await replay.read(read), state, 'plan after the creation');

  for (const { requests, changes } of resource.updates) {
    await replay.sendAll(requests);
    const changed = await replay.read(read);
    const expected = { ...without(state, computed), ...changes };
    assert.deepEqual(without(changed, computed), expected, `after ${JSON.stringify(changes)}`);
    assert.deepEqual(await replay.read(read), changed, `plan after ${JSON.stringify(changes)}`);
    state = changed;
  }

  if (resource.isImportable) {
    const importing = new Replay(account);
    importing.setId(id);
    assert.deepEqual(await importing.read(read), state, 'import');
  }

  await replay.sendAll(resource.destroy);
  const left = await replay.read(read);
  if (resource.isSetting === true) {
    assert.ok(left !== undefined, 'a setting is read after its removal');
    return;
  }
  assert.equal(left, undefined, 'read after the removal');
  // A resource that was removed elsewhere: the provider ignores status 404.
  const removal = resource.destroy.at(-1);
  assert.ok(removal !== undefined);
  try {
    await replay.send(removal);
  } catch (error) {
    assert.equal(statusOf(error), 404, `second ${removal.operation}: ${codeOf(error)}`);
  }
}

/** Returns the names of all items, page by page, and the number of pages. */
async function readList(
  clients: Clients,
  source: TerraformDataSource,
): Promise<{ readonly names: readonly string[]; readonly pages: number }> {
  const { request, list, field, next } = source;
  const names: string[] = [];
  let parameters = request.parameters;
  for (let pages = 1; ; pages += 1) {
    const answer = await clients.callRpc(request.version, request.operation, parameters);
    const items = fieldAt(answer, list);
    assert.ok(Array.isArray(items), `${request.operation} does not return ${list}`);
    names.push(...items.map((item) => String(fieldAt(item, field))));
    const more = answer[next.field];
    if (next.until === 'false') assert.equal(typeof more, 'boolean', `${next.field} of ${request.operation}`);
    if (more === undefined || more === '' || more === false) return { names, pages };
    parameters = { ...parameters, [next.parameter]: String(answer[next.parameter]) };
  }
}

/** Creates the entries of a data source. @returns their names */
async function createEntries(
  server: TestServer,
  account: TestAccount,
  { entries, users }: TerraformDataSource,
): Promise<readonly string[]> {
  if (users !== undefined) {
    await insertUsers(server, account, users);
    return Array.from({ length: users }, (_, index) => `filler-${String(index).padStart(4, '0')}`);
  }
  if (entries === undefined) return [];
  const { version, operation, parameters } = entries.create;
  const created: string[] = [];
  for (let n = 1; n <= entries.count; n += 1) {
    const numbered = (text: string) => text.replaceAll('<n>', String(n));
    const sent = Object.entries(parameters).map(([name, value]) => [name, numbered(value)]);
    await account.admin.callRpc(version, operation, Object.fromEntries(sent));
    created.push(numbered(entries.name));
  }
  return created;
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const startedServer = () => {
    started ??= start();
    return started;
  };
  const freshAccount = async () => (await startedServer()).newAccount();

  for (const resource of TERRAFORM_RESOURCES) {
    test(`${resource.name}: an update changes its field alone, and a second plan is empty`, async () => {
      await replayResource(await freshAccount(), resource);
    });
  }

  for (const source of TERRAFORM_DATA_SOURCES) {
    test(`${source.name}: every entry is read once, page by page`, async () => {
      const account = await freshAccount();
      const before = await readList(account.admin, source);
      assert.equal(new Set(before.names).size, before.names.length);
      const created = await createEntries(await startedServer(), account, source);
      const { names, pages } = await readList(account.admin, source);
      assert.equal(new Set(names).size, names.length);
      assert.equal(names.length, before.names.length + created.length);
      assert.deepEqual(new Set(names), new Set([...before.names, ...created]));
      if (source.next.parameter === 'Marker') assert.ok(pages > 1, 'one page');
    });
  }
});
