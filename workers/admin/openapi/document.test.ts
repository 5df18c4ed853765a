import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ACCESS } from '../access-table.ts';
import { OPERATIONS } from '../operations/index.ts';
import { ERROR_STATUS } from '../problem.ts';
import { adminDocument } from './document.ts';
import { PATH_PARAMETERS, TOPIC_TITLES } from './words.ts';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters: { name: string; in: string; required: boolean; description?: string }[];
  responses: Record<string, { $ref?: string; description?: string }>;
}
interface Document {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

const document = adminDocument() as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the table of operations', () => {
  it('has every route that somebody may use, and no other', () => {
    expect(Object.keys(OPERATIONS).sort()).toEqual(Object.keys(ACCESS).sort());
  });
});

describe('the page in docs', () => {
  it('has every topic, and what it is about', async () => {
    const page = await readFile(new URL('../../../docs/admin-api.md', import.meta.url), 'utf8');
    const rows = [...page.slice(page.indexOf('| topic |')).matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, topic, title]) => [topic, title]))).toEqual(TOPIC_TITLES);
  });

  it('has every error', async () => {
    const page = await readFile(new URL('../../../docs/admin-api.md', import.meta.url), 'utf8');
    for (const [code, status] of Object.entries(ERROR_STATUS)) {
      // No route is asked for by another method: it is not there then.
      if (code === 'method-not-allowed') continue;
      expect(page).toMatch(new RegExp(`^\\| ${status} \\| .*\`${code}\``, 'm'));
    }
  });
});

describe('the document of the admin API', () => {
  it('has every operation by its path and method', () => {
    expect(document.openapi).toBe('3.1.0');
    const named = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const known = Object.keys(OPERATIONS).map((route) =>
      route.replace(' ', ' /admin/v1').replace(/:(\w+)/g, '{$1}'),
    );
    expect(named.sort()).toEqual(known.sort());
  });

  it('calls no two operations the same, and says what each is for', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([]);
    const tags = document.tags.map(({ name }) => name);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary).toMatch(/^[A-Z].+[^.]\.$/);
      expect(tags).toContain(operation.tags[0]);
    }
  });

  it('names each parameter of a path, and none twice', () => {
    for (const { path, operation } of operations) {
      const names = operation.parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(names).size).toBe(names.length);
      const inPath = operation.parameters.filter((one) => one.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const { name, required } of inPath) {
        expect(required).toBe(true);
        expect(Object.keys(PATH_PARAMETERS)).toContain(name);
      }
    }
  });

  it('has whatever it refers to, and nothing that nobody refers to', () => {
    const references = new Set<string>();
    JSON.stringify(document, (key, value) => {
      if (key === '$ref') references.add(value as string);
      return value as unknown;
    });
    const there = ['schemas', 'responses'].flatMap((kind) =>
      Object.keys(document.components[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...references].sort()).toEqual(there.sort());
    for (const name of there) expect(name).toMatch(/^#\/components\/\w+\/[\w.-]+$/);
  });

  it('says what succeeds and what fails', () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => /^20[0124]$/.test(status))).toBe(true);
      for (const status of ['400', '401', '403', '404', '429', '503'])
        expect(statuses, operation.operationId).toContain(status);
    }
  });

  it('closes the bodies of requests and none of the answers, which may get more members', () => {
    const schemas = document.components['schemas'] ?? {};
    const closed = (value: unknown): boolean => {
      if (typeof value !== 'object' || value === null) return false;
      const { $ref, additionalProperties } = value as { $ref?: string; additionalProperties?: unknown };
      if ($ref !== undefined) return closed(schemas[$ref.split('/').at(-1) ?? '']);
      return additionalProperties === false || Object.values(value).some(closed);
    };
    for (const { operation } of operations) {
      const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
      expect([operation.operationId, closed(answers)]).toEqual([operation.operationId, false]);
      const { content } =
        (operation as { requestBody?: { content: Record<string, object> } }).requestBody ?? {};
      const json = content?.['application/json'];
      if (json !== undefined)
        expect([operation.operationId, closed(json)]).toEqual([operation.operationId, true]);
    }
  });

  it('consists of what OpenAPI 3.1 knows', () => {
    const known: Record<string, RegExp> = {
      document: /^(openapi|info|security|tags|paths|components)$/,
      operation: /^(operationId|summary|tags|parameters|requestBody|responses|x-access)$/,
      parameter: /^(name|in|required|description|schema)$/,
      response: /^(\$ref|description|headers|content)$/,
      body: /^(required|description|content)$/,
    };
    const check = (kind: string, object: object) => {
      for (const key of Object.keys(object)) expect(key).toMatch(known[kind] ?? /$^/);
    };
    check('document', document);
    for (const { operation } of operations) {
      check('operation', operation);
      for (const one of operation.parameters) check('parameter', one);
      for (const one of Object.values(operation.responses)) {
        check('response', one);
        if (one.$ref === undefined) expect(typeof one.description).toBe('string');
      }
      const { requestBody } = operation as { requestBody?: object };
      if (requestBody !== undefined) check('body', requestBody);
    }
  });
});
