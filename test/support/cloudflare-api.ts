import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import {
  type Given,
  isRefusal,
  NO_SCRIPT,
  NOT_FOUND,
  noted,
  queried,
  type Refusal,
  versionView,
} from './cloudflare-shapes.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
export const API_TOKEN = 'token-of-a-test';

/** One request that came in. */
interface Asked {
  method: string;
  /** Below /client/v4. */
  path: string;
}

interface Script {
  secrets: Map<string, string>;
  versions: { id: string; tag: string | null; modules: string[] }[];
}

/**
 * Cloudflare's API as its documentation has it (developers.cloudflare.com/api), as far as wrangler asks for it when it sets
 * up Waypost: D1 with SQLite behind it, R2 buckets, Queues, Hyperdrive, Workers scripts, secrets, versions, deployments,
 * assets, custom domains and schedules, and Email Routing.
 */
export class CloudflareApi {
  readonly asked: Asked[] = [];
  readonly databases = new Map<string, { id: string; location: string | null; db: DatabaseSync }>();
  readonly buckets = new Set<string>();
  readonly queues = new Map<string, { id: string; consumers: { id: string; script: string }[] }>();
  readonly hyperdrives = new Map<string, { id: string; origin: Record<string, unknown>; caching: object }>();
  readonly scripts = new Map<string, Script>();
  readonly hosts = new Map<string, string>();
  accounts = [{ id: ACCOUNT, name: 'A test' }];
  /** Rule that takes all mail of each zone. */
  readonly zones = new Map<
    string,
    { id: string; routing: boolean; catchAll: { type: string; value?: string[] } }
  >();
  /** Refuses a request when it says how. */
  refuse: (asked: Asked) => Refusal | null = () => null;
  #server: Server | null = null;
  url = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/client/v4`;
  }

  async stop(): Promise<void> {
    for (const { db } of this.databases.values()) db.close();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** What wrangler's environment must hold so that it comes here. */
  get env(): Record<string, string> {
    return { CLOUDFLARE_API_BASE_URL: this.url, CLOUDFLARE_API_TOKEN: API_TOKEN };
  }

  /** Requests that change something; queries of D1 count when they are no SELECT. */
  get changes(): Asked[] {
    return this.asked.filter(({ method, path }) => method !== 'GET' && !path.endsWith('#SELECT'));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://api.test');
    const path = url.pathname.replace('/client/v4', '');
    const body = await buffer(request);
    const type = request.headers['content-type'] ?? '';
    // wrangler says of some bodies that are JSON that they are plain text.
    const json = /^[[{]/.test(body.toString('latin1')) ? (JSON.parse(body.toString()) as never) : null;
    const asked = { method: request.method ?? 'GET', path: noted(path, json) };
    this.asked.push(asked);
    const refusal =
      request.headers.authorization === `Bearer ${API_TOKEN}` || path.includes('/assets/upload')
        ? this.refuse(asked)
        : { status: 403, code: 10000, message: 'Authentication error' };
    const form = type.startsWith('multipart/form-data')
      ? await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
      : null;
    const result = refusal ?? this.#route(asked.method, path, url.searchParams, json, form);
    const failed = isRefusal(result);
    response.writeHead(failed ? result.status : 200, { 'content-type': 'application/json' });
    const errors = failed ? [{ code: result.code, message: result.message }] : [];
    const list = Array.isArray(result)
      ? { page: 1, per_page: 100, count: result.length, total_count: result.length, total_pages: 1 }
      : undefined;
    response.end(
      JSON.stringify({
        success: !failed,
        errors,
        messages: [],
        result: failed ? null : result,
        result_info: list,
      }),
    );
  }

  #route(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Record<string, never> | null,
    form: FormData | null,
  ): unknown {
    if (path === '/user/tokens/verify') return { id: 'abc', status: 'active' };
    if (path === '/user') return { id: 'user', email: 'ann@example.com' };
    if (path === '/accounts') return this.accounts;
    if (path === '/memberships')
      return this.accounts.map((account) => ({ id: account.id, account, roles: [] }));
    if (path === '/zones') return this.#zonesNamed(query.get('name'));
    const zone = /^\/zones\/([^/]+)\/(.*)$/.exec(path);
    if (zone !== null) return this.#zone(zone[1] ?? '', zone[2] ?? '');
    const own = /^\/accounts\/([0-9a-f]{32})\/(.*)$/.exec(path);
    if (own?.[1] !== ACCOUNT) return NOT_FOUND;
    const [first = '', ...rest] = (own[2] ?? '').split('/');
    const given = body as unknown as Given;
    switch (first) {
      case 'd1':
        return this.#d1(method, rest.slice(1), query, given);
      case 'r2':
        return this.#r2(method, rest.slice(1), given);
      case 'queues':
        return this.#queue(method, rest, query, given);
      case 'hyperdrive':
        return this.#hyperdrive(method, rest.slice(1), given);
      case 'workers':
        return this.#workers(method, rest, given, form);
      default:
        return NOT_FOUND;
    }
  }

  #d1(method: string, [id, verb]: string[], query: URLSearchParams, body: Given): unknown {
    const view = ([name, { id: uuid }]: [string, { id: string }]) => ({
      uuid,
      name,
      version: 'production',
      num_tables: 0,
      file_size: 0,
      created_at: '2026-11-20T10:00:00.000Z',
    });
    if (id === undefined && method === 'GET') {
      const name = query.get('name');
      return [...this.databases].filter(([one]) => name === null || one === name).map(view);
    }
    if (id === undefined) {
      if (this.databases.has(body.name))
        return { status: 400, code: 7502, message: 'A database with that name already exists' };
      const made = {
        id: randomUUID(),
        location: body.primary_location_hint ?? null,
        db: new DatabaseSync(':memory:'),
      };
      this.databases.set(body.name, made);
      return view([body.name, made]);
    }
    const found = [...this.databases].find(([, one]) => one.id === id);
    if (found === undefined) return { status: 404, code: 7404, message: 'The database was not found' };
    if (verb === undefined) return view(found);
    if (verb !== 'query') return NOT_FOUND;
    return queried(found[1].db, body.sql, body.params ?? []);
  }

  #r2(method: string, [name]: string[], body: Given): unknown {
    const view = (one: string) => ({
      name: one,
      creation_date: '2026-11-20T10:00:00.000Z',
      location: 'WEUR',
      storage_class: 'Standard',
    });
    if (name !== undefined)
      return this.buckets.has(name)
        ? view(name)
        : { status: 404, code: 10006, message: 'The specified bucket does not exist.' };
    if (method === 'GET') return { buckets: [...this.buckets].map(view) };
    if (this.buckets.has(body.name))
      return {
        status: 409,
        code: 10004,
        message: 'The bucket you tried to create already exists, and you own it.',
      };
    this.buckets.add(body.name);
    return view(body.name);
  }

  #queue(method: string, [id, verb, consumer]: string[], query: URLSearchParams, body: Given): unknown {
    const view = ([name, { id: queueId, consumers }]: [
      string,
      { id: string; consumers: { id: string; script: string }[] },
    ]) => ({
      ...{
        queue_id: queueId,
        queue_name: name,
        created_on: '2026-11-20T10:00:00Z',
        modified_on: '2026-11-20T10:00:00Z',
      },
      ...{ producers: [], producers_total_count: 0, consumers_total_count: consumers.length },
      consumers: consumers.map((one) => ({
        consumer_id: one.id,
        type: 'worker',
        script: one.script,
        settings: {},
      })),
      settings: { delivery_delay: 0, message_retention_period: 345600 },
    });
    if (id === undefined && method === 'GET') {
      const names = query.getAll('name');
      const all = [...this.queues].filter(([one]) => names.length === 0 || names.includes(one)).map(view);
      const page = Number(query.get('page') ?? 1);
      return all.slice((page - 1) * 100, page * 100);
    }
    if (id === undefined) {
      if (this.queues.has(body.queue_name))
        return { status: 409, code: 11009, message: `Queue name '${body.queue_name}' is already taken.` };
      this.queues.set(body.queue_name, { id: randomUUID().replaceAll('-', ''), consumers: [] });
      return view([body.queue_name, this.queues.get(body.queue_name) ?? { id: '', consumers: [] }]);
    }
    const found = [...this.queues].find(([, one]) => one.id === id);
    if (found === undefined) return { status: 404, code: 11000, message: 'Queue does not exist.' };
    if (verb === undefined) return view(found);
    if (verb !== 'consumers') return NOT_FOUND;
    const { consumers } = found[1];
    if (method === 'GET') return view(found).consumers;
    const script = body.script_name ?? body.script;
    if (method === 'PUT') return { consumer_id: consumer, type: 'worker', script };
    if (consumers.length > 0)
      return { status: 409, code: 11004, message: 'workers.api.error.consumer_exists' };
    consumers.push({ id: randomUUID().replaceAll('-', ''), script });
    return view(found).consumers[0];
  }

  #hyperdrive(method: string, [id]: string[], body: Given): unknown {
    const view = ([name, one]: [
      string,
      { id: string; origin: Record<string, unknown>; caching: object },
    ]) => {
      const { password: _, ...origin } = one.origin;
      return { id: one.id, name, origin, caching: one.caching, origin_connection_limit: 60 };
    };
    if (id !== undefined) {
      const found = [...this.hyperdrives].find(([, one]) => one.id === id);
      if (found === undefined) return NOT_FOUND;
      if (method === 'PATCH') found[1].caching = body.caching;
      return view(found);
    }
    if (method === 'GET') return [...this.hyperdrives].map(view);
    const made = { id: randomUUID().replaceAll('-', ''), origin: body.origin, caching: body.caching };
    this.hyperdrives.set(body.name, made);
    return view([body.name, made]);
  }

  #workers(
    method: string,
    [kind, name = '', verb, part]: string[],
    body: Given,
    form: FormData | null,
  ): unknown {
    if (kind === 'subdomain') return { subdomain: 'a-test' };
    if (kind === 'domains') return { added: [], removed: [], updated: [], conflicting: [] };
    if (kind === 'assets') return { jwt: 'done' };
    if (kind === 'account-settings') return { default_usage_model: 'standard' };
    const script = this.scripts.get(name);
    if (kind === 'services') {
      if (script === undefined) return NO_SCRIPT;
      if (verb === 'environments') return [];
      return {
        id: name,
        default_environment: {
          environment: 'production',
          script: { id: name, tag: 'tag', last_deployed_from: 'wrangler', usage_model: 'standard' },
        },
      };
    }
    if (kind === 'workers')
      return script === undefined
        ? NO_SCRIPT
        : {
            id: name,
            name,
            subdomain: { enabled: false, previews_enabled: false },
            observability: {},
            references: {},
          };
    if (kind !== 'scripts') return NOT_FOUND;
    if (verb === undefined && method === 'PUT') return this.#upload(name, form);
    if (verb === 'assets-upload-session') return { jwt: 'done', buckets: [] };
    if (script === undefined) return NO_SCRIPT;
    switch (verb) {
      case undefined:
        return { id: name };
      case 'secrets':
        if (method === 'GET')
          return [...script.secrets.keys()].map((one) => ({ name: one, type: 'secret_text' }));
        script.secrets.set(body.name, body.text);
        return { name: body.name, type: 'secret_text' };
      case 'versions':
        if (method === 'POST') return this.#upload(name, form);
        return part === undefined
          ? { items: script.versions.map(versionView) }
          : versionView(
              script.versions.find(({ id }) => id === part) ?? { id: part, tag: null, modules: [] },
            );
      case 'deployments':
        if (method === 'POST') return { id: randomUUID() };
        return {
          deployments: script.versions.slice(-1).map(({ id }) => ({
            ...{
              id: randomUUID(),
              source: 'wrangler',
              strategy: 'percentage',
              author_email: 'ann@example.com',
              created_on: '2026-11-20T10:00:00Z',
              annotations: {},
            },
            versions: [{ version_id: id, percentage: 100 }],
          })),
        };
      case 'domains':
        if (method === 'PUT') for (const { hostname } of body.origins) this.hosts.set(hostname, name);
        return part === 'changeset' ? { added: [], removed: [], updated: [], conflicting: [] } : [];
      case 'subdomain':
        return { enabled: false, previews_enabled: false };
      case 'settings':
        return {
          bindings: [],
          compatibility_date: '2026-10-01',
          compatibility_flags: [],
          usage_model: 'standard',
        };
      case 'schedules':
        return { schedules: [] };
      default:
        return {};
    }
  }

  #upload(name: string, form: FormData | null): unknown {
    const metadata = JSON.parse(String(form?.get('metadata') ?? '{}')) as {
      annotations?: Record<string, string>;
    };
    const script = this.scripts.get(name) ?? { secrets: new Map<string, string>(), versions: [] };
    this.scripts.set(name, script);
    const modules = [...(form?.keys() ?? [])].filter((one) => one !== 'metadata');
    const id = randomUUID();
    script.versions.push({ id, tag: metadata.annotations?.['workers/tag'] ?? null, modules });
    return {
      id,
      startup_time_ms: 10,
      etag: createHash('sha256').update(id).digest('hex'),
      available_on_subdomain: false,
      deployment_id: id,
      number: script.versions.length,
      metadata: {},
      resources: {},
    };
  }

  #zonesNamed(name: string | null): unknown {
    return [...this.zones]
      .filter(([one]) => name === null || one === name)
      .map(([one, { id }]) => ({ id, name: one, account: { id: ACCOUNT } }));
  }

  #zone(id: string, path: string): unknown {
    const zone = [...this.zones].find(([, one]) => one.id === id);
    if (zone === undefined) return NOT_FOUND;
    const [name, { routing, catchAll }] = zone;
    if (path === 'email/routing')
      return { id, tag: id, name, enabled: routing, status: routing ? 'ready' : 'unconfigured' };
    if (path === 'email/routing/rules/catch_all')
      return { id: 'rule', tag: 'rule', enabled: true, matchers: [{ type: 'all' }], actions: [catchAll] };
    return NOT_FOUND;
  }
}
