import type { Json } from './schemas.ts';

interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Json }[];
  requestBody?: Answer;
  responses?: Record<string, Answer>;
  [extension: `x-${string}`]: unknown;
}
interface Answer {
  $ref?: string;
  description?: string;
  content?: Record<string, { schema?: Json }>;
}
interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas?: Record<string, Json>;
    responses?: Record<string, Answer>;
    securitySchemes?: Record<string, Json>;
  };
}

/**
 * An OpenAPI document for people: one page that needs nothing else, no script and no other host. `extras` says of an
 * operation what stands in its own members (`x-…`).
 *
 * @returns the page, and the Content-Security-Policy that lets nothing in but its own style
 */
export async function documentPage(
  json: Json,
  extras: (operation: Json) => readonly string[],
): Promise<{ html: string; policy: string }> {
  const document = json as unknown as Document;
  const { info, components } = document;
  const groups = (document.tags ?? []).map((tag) => ({
    ...tag,
    operations: operationsOf(document, tag.name),
  }));
  const shown = groups.filter(({ operations }) => operations.length > 0);
  const body = [
    `<h1>${text(info.title)} <small>version ${text(info.version)}</small></h1>`,
    `<p>${words(info.description ?? '')}</p>`,
    section(
      'signing-in',
      'Signing in',
      table(Object.entries(components.securitySchemes ?? {}).map(schemeRow)),
    ),
    `<nav><ul>${shown.map(({ name, description }) => `<li><a href="#${text(name)}">${words(description ?? name)}</a></li>`).join('')}<li><a href="#shapes">Shapes</a></li></ul></nav>`,
    ...shown.map(({ name, description, operations }) =>
      section(
        name,
        description ?? name,
        operations.map((one) => operationHtml(one, components.responses ?? {}, extras)).join('\n'),
      ),
    ),
    section(
      'shapes',
      'Shapes',
      Object.entries(components.schemas ?? {})
        .map(([name, schema]) => `<h3 id="shape-${text(name)}">${text(name)}</h3>${schemaHtml(schema)}`)
        .join('\n'),
    ),
  ].join('\n');
  const html =
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${text(info.title)}</title><style>${STYLE}</style></head><body>\n${body}\n</body></html>\n`;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}',
  'small,.quiet{font-weight:400;opacity:.75}',
  'code{font:13px/1.5 ui-monospace,monospace}',
  'h2{margin-top:3rem;border-bottom:1px solid}',
  'h3{margin:2rem 0 .25rem}',
  'nav ul{columns:2;padding-left:1.2rem}',
  'details{margin:.25rem 0;border-left:3px solid #8888;padding:.1rem .75rem}',
  'summary{cursor:pointer}',
  'table{border-collapse:collapse;width:100%}',
  'td{vertical-align:top;padding:.15rem .75rem .15rem 0;border-top:1px solid #8884}',
  'td:first-child{white-space:nowrap}',
].join('\n');

interface Placed {
  method: string;
  path: string;
  operation: Operation;
}

function operationsOf({ paths }: Document, tag: string): Placed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags?.[0] === tag ? [{ method: method.toUpperCase(), path, operation }] : [],
    ),
  );
}

function operationHtml(
  { method, path, operation }: Placed,
  shared: Record<string, Answer>,
  extras: (operation: Json) => readonly string[],
): string {
  const parameters = (operation.parameters ?? []).map((one) => [
    `<code>${text(one.name)}</code>`,
    [one.in, ...(one.required === true ? ['required'] : [])].join(', '),
    [typeHtml(one.schema ?? {}), words(one.description ?? '')].filter((part) => part !== '').join('. '),
  ]);
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const said = answer.$ref === undefined ? answer : (shared[nameOf(answer.$ref)] ?? answer);
    const content = answer.$ref === undefined ? contentHtml(said) : '';
    return [`<code>${text(status)}</code>`, `${words(said.description ?? '')}${content}`];
  });
  const more = extras(operation as unknown as Json).map((line) => `<p class="quiet">${words(line)}</p>`);
  return [
    `<details id="${text(operation.operationId)}"><summary><code>${text(method)} ${text(path)}</code><br>`,
    `${words(operation.summary ?? '')}</summary>`,
    ...more,
    ...(parameters.length === 0 ? [] : [`<h4>Parameters</h4>${table(parameters)}`]),
    ...(operation.requestBody === undefined ? [] : [`<h4>Body</h4>${bodyHtml(operation.requestBody)}`]),
    `<h4>Answers</h4>${table(answers)}</details>`,
  ].join('');
}

function bodyHtml(body: Answer): string {
  return `${words(body.description ?? '')}${contentHtml(body)}`;
}

function contentHtml({ content = {} }: Answer): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<div><code>${text(type)}</code> ${schema === undefined ? '' : schemaHtml(schema)}</div>`,
    )
    .join('');
}

function schemeRow([, scheme]: [string, Json]): string[] {
  const { type, scheme: how, in: place, name, description } = scheme as Record<string, string | undefined>;
  const what = type === 'http' ? `Authorization: ${how ?? ''}` : `${place ?? ''} ${name ?? ''}`;
  return [`<code>${text(what)}</code>`, words(description ?? '')];
}

function schemaHtml(schema: Json): string {
  const {
    properties,
    required = [],
    description,
  } = schema as {
    properties?: Record<string, Json>;
    required?: string[];
    description?: string;
  };
  if (properties === undefined) return `<div>${typeHtml(schema)} ${words(description ?? '')}</div>`;
  const rows = Object.entries(properties).map(([name, member]) => [
    `<code>${text(name)}</code>${required.includes(name) ? '' : ' <span class="quiet">may be left out</span>'}`,
    [typeHtml(member), words(String(member['description'] ?? ''))].filter((part) => part !== '').join('. '),
  ]);
  return `${description === undefined ? '' : `<p>${words(description)}</p>`}${table(rows)}`;
}

const BOUNDS: readonly (readonly [keyword: string, words: string])[] = [
  ['minimum', 'from'],
  ['maximum', 'to'],
  ['minLength', 'at least, characters:'],
  ['maxLength', 'at most, characters:'],
  ['minItems', 'at least'],
  ['maxItems', 'at most'],
  ['pattern', 'like'],
  ['default', 'left out:'],
];

/** What a value is, in a few words; an object shows its members. */
function typeHtml(schema: Json): string {
  const { $ref, type, items, properties, additionalProperties } = schema as {
    $ref?: string;
    type?: string | string[];
    items?: Json;
    properties?: Record<string, Json>;
    additionalProperties?: Json | boolean;
  };
  if ($ref !== undefined) {
    const name = text(nameOf($ref));
    return `<a href="#shape-${name}">${name}</a>`;
  }
  for (const [keyword, between] of [
    ['anyOf', ' or '],
    ['oneOf', ' or '],
    ['allOf', ' and '],
  ] as const) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) return (parts as Json[]).map(typeHtml).join(between);
  }
  if ('const' in schema) return `<code>${text(JSON.stringify(schema['const']))}</code>`;
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((value) => `<code>${text(JSON.stringify(value))}</code>`).join(' or ');
  const bounds = BOUNDS.flatMap(([keyword, said]) =>
    schema[keyword] === undefined ? [] : [`${said} <code>${text(JSON.stringify(schema[keyword]))}</code>`],
  );
  const limited = bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
  if (properties !== undefined) return schemaHtml(schema);
  if (type === 'array') return `list of ${typeHtml(items ?? {})}${limited}`;
  if (type === 'object' && typeof additionalProperties === 'object')
    return `by name: ${typeHtml(additionalProperties)}`;
  return `${text([type ?? 'anything'].flat().join(' or '))}${limited}`;
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function section(id: string, title: string, content: string): string {
  return `<section id="${text(id)}"><h2>${words(title)}</h2>\n${content}\n</section>`;
}

function table(rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${cell}</td>`).join('');
  return rows.length === 0 ? '' : `<table>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function text(value: string): string {
  return value.replace(/[&<>"]/g, (c) => ENTITIES[c] ?? '');
}

/** With what stands between backticks as code. */
function words(value: string): string {
  return text(value).replace(/`([^`]+)`/g, '<code>$1</code>');
}
