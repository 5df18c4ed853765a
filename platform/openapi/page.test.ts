import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonContent, openApiDocument, parametersOf } from './document.ts';
import { documentPage } from './page.ts';
import { schemaWriter } from './schemas.ts';

const address = z.object({ street: z.string().max(80).describe('With the number.') });
const person = z.object({
  name: z.string(),
  kind: z.enum(['a', 'b<script>']).optional(),
  home: address.nullable(),
  other: z.array(address),
  age: z.int(),
});

function made() {
  const schemas = schemaWriter([
    ['Person', person],
    ['Address', address],
  ]);
  const query = z.strictObject({ limit: z.coerce.number().int().min(1).max(9).default(5) });
  return openApiDocument(
    { info: { title: 'People & co', version: '1', description: 'See `x`.' }, tags: [{ name: 'people' }] },
    [
      {
        ...{ method: 'GET', path: '/people/{id}' },
        object: {
          operationId: 'getPerson',
          ...{ summary: 'One <b>person</b>.', tags: ['people'] },
          parameters: parametersOf(schemas.write(query), 'query'),
          responses: { 200: { description: 'Yes', content: jsonContent(schemas.write(person)) } },
        },
      },
    ],
    schemas,
  );
}

describe('a document', () => {
  it('has named schemas once, and refers to them', () => {
    const { components, paths } = JSON.parse(JSON.stringify(made()));
    expect(Object.keys(components.schemas)).toEqual(['Address', 'Person']);
    expect(components.schemas.Person.properties).toMatchObject({
      home: { anyOf: [{ $ref: '#/components/schemas/Address' }, { type: 'null' }] },
      other: { type: 'array', items: { $ref: '#/components/schemas/Address' } },
      age: { type: 'integer' },
    });
    expect(components.schemas.Person.properties.age).toEqual({ type: 'integer' });
    expect(components.schemas.Address.properties.street.description).toBe('With the number.');
    const { get } = paths['/people/{id}'];
    expect(get.responses[200].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Person',
    });
    expect(get.parameters).toEqual([
      {
        ...{ name: 'limit', in: 'query', required: false },
        schema: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
      },
    ]);
  });
});

describe('its page', () => {
  it('shows operations and shapes, and takes nothing in them for markup', async () => {
    const { html } = await documentPage(made(), () => ['for <i>all</i>']);
    for (const part of [
      ...[
        'People &amp; co',
        '<code>GET /people/{id}</code>',
        'One &lt;b&gt;person&lt;/b&gt;.',
        'See <code>x</code>.',
      ],
      ...['<a href="#shape-Person">Person</a>', '<h3 id="shape-Address">', 'With the number.'],
      ...['for &lt;i&gt;all&lt;/i&gt;', 'b&lt;script&gt;'],
    ])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<(?:script|img|iframe|link|object)|https?:|\bon\w+=/i);
  });

  it('lets in its own style and nothing else', async () => {
    const { html, policy } = await documentPage(made(), () => []);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toContain("default-src 'none'");
    expect(html.match(/<style>/g)).toHaveLength(1);
    expect(html).not.toMatch(/\sstyle="/);
  });
});
