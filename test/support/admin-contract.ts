/**
 * What the admin API answers in tests is compared with what its document says: the status, every member of the answer
 * (none that is not described), and for what succeeded the query and the body that it was asked with.
 */
import * as z from 'zod';
import { installHooks } from './in-process/hooks.ts';

type Json = Record<string, unknown>;

interface Said {
  $ref?: string;
  content?: Record<string, { schema?: Json }>;
}
interface Operation {
  operationId: string;
  parameters: { name: string; in: string; schema: Json }[];
  requestBody?: Said;
  responses: Record<string, Said>;
}
export interface AdminDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; responses: Record<string, Said> };
}

const BASE = '/admin/v1/';
/** Not in the document: it is itself, and its page. */
const OWN = ['/admin/v1/openapi.json', '/admin/v1/docs'];
const ROOT = new URL('../../', import.meta.url);

let contract: Promise<Contract> | undefined;

/** Rejects when an answer of the admin API is not as its document says; other answers are let through. */
export async function checkAdminAnswer(path: string, init: RequestInit, response: Response): Promise<void> {
  const url = new URL(path, 'http://localhost');
  if (!url.pathname.startsWith(BASE) || OWN.includes(url.pathname)) return;
  contract ??= loadContract();
  await (await contract).check(url, init, response);
}

/** The same for an app that is called without a server. */
export function checkedApp<
  T extends { request(path: string, init?: RequestInit): Response | Promise<Response> },
>(app: T): T {
  const ask = app.request.bind(app);
  const request = async (path: string, init: RequestInit = {}) => {
    const response = await ask(path, init);
    await checkAdminAnswer(path, init, response);
    return response;
  };
  return Object.assign(app, { request });
}

async function loadContract(): Promise<Contract> {
  // As the Worker is loaded (in-process/index.ts): its modules have other types than those of tests.
  installHooks();
  const url = new URL('workers/admin/openapi/document.ts', ROOT).href;
  const { adminDocument } = (await import(/* @vite-ignore */ url)) as { adminDocument(): unknown };
  return new Contract(JSON.parse(JSON.stringify(adminDocument())) as AdminDocument);
}

export class Contract {
  readonly #document: AdminDocument;
  readonly #routes: { method: string; path: RegExp; fixed: number; operation: Operation }[];
  readonly #checks = new Map<Json, z.ZodType>();

  constructor(document: AdminDocument) {
    this.#document = document;
    this.#routes = Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
        fixed: template.replace(/\{\w+\}/g, '').length,
        operation,
      })),
    );
    // `/dead-letters/counts` comes before `/dead-letters/{id}`.
    this.#routes.sort((a, b) => b.fixed - a.fixed);
  }

  async check(url: URL, init: RequestInit, response: Response): Promise<void> {
    const method = (init.method ?? 'GET').toUpperCase();
    const { operation } =
      this.#routes.find((route) => route.method === method && route.path.test(url.pathname)) ?? {};
    const about = `${method} ${url.pathname} ${response.status}`;
    if (operation === undefined) {
      if (response.status >= 400) return;
      throw new Error(`${about}: the document does not have it`);
    }
    const said = this.#resolve(operation.responses[String(response.status)]);
    if (said === undefined) throw new Error(`${about}: a status that ${operation.operationId} does not have`);
    const type = response.headers.get('content-type')?.split(';')[0] ?? null;
    const types = Object.keys(said.content ?? {});
    // What came in the clear did not come as far as to the API (platform/clear-text.ts).
    if (url.protocol === 'http:' && response.status === 403 && type === 'text/plain') return;
    if (type === null ? types.length > 0 : !types.some((one) => fits(type, one)))
      throw new Error(`${about}: ${type} instead of ${types.join(', ') || 'nothing'}`);
    const schema = type === null ? undefined : said.content?.[type]?.schema;
    if (schema !== undefined) this.#demand(`${about} answer`, schema, await response.clone().json());
    if (response.ok) this.#checkRequest(about, operation, url, init);
  }

  #checkRequest(about: string, operation: Operation, url: URL, init: RequestInit): void {
    const known = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new Error(`${about}: took the parameter ${unknown}, which nobody told of`);
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    const type = new Headers(init.headers).get('content-type') ?? '';
    if (schema !== undefined && typeof init.body === 'string' && type.startsWith('application/json'))
      this.#demand(`${about} body`, schema, JSON.parse(init.body));
  }

  #resolve(said: Said | undefined): Said | undefined {
    const name = said?.$ref?.split('/').at(-1);
    return name === undefined ? said : this.#document.components.responses[name];
  }

  #demand(about: string, schema: Json, value: unknown): void {
    let check = this.#checks.get(schema);
    if (check === undefined) {
      check = z.fromJSONSchema(this.#closed(schema, false) as Parameters<typeof z.fromJSONSchema>[0]);
      this.#checks.set(schema, check);
    }
    const { error } = check.safeParse(value);
    if (error !== undefined) throw new Error(`${about}: ${z.prettifyError(error)}`);
  }

  /** The schema without references, and objects without members that they do not name. */
  #closed(schema: unknown, open: boolean): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.#closed(one, open));
    if (typeof schema !== 'object' || schema === null) return schema;
    const { $ref, ...own } = schema as Json & { $ref?: string };
    if ($ref !== undefined) {
      const named = this.#document.components.schemas[$ref.split('/').at(-1) ?? ''];
      return this.#closed({ ...named, ...own }, open);
    }
    const isObject = 'properties' in own && !('additionalProperties' in own) && !open;
    const members = Object.entries(own).map(([key, value]) => [key, this.#closed(value, key === 'allOf')]);
    return { ...Object.fromEntries(members), ...(isObject ? { additionalProperties: false } : {}) };
  }
}

function fits(type: string, wanted: string): boolean {
  return type === wanted || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)));
}
