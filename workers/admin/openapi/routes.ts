import type { Hono } from 'hono';
import type { AdminEnv } from '../context.ts';

/**
 * What the API says of itself, to everybody whom `identify` lets in: whoever has a role or a token may know what there is,
 * whatever their part of it. It is made when somebody asks, so that nobody else waits for it.
 */
export function addDocumentRoutes(app: Hono<AdminEnv>): void {
  app.get('/openapi.json', async (c) => {
    const { adminDocument } = await import('./document.ts');
    return c.json(adminDocument());
  });

  app.get('/docs', async (c) => {
    page ??= await makePage();
    const { html, policy } = page;
    return c.html(html, 200, {
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
}

/** The same for every installation of this version. */
let page: { html: string; policy: string } | undefined;

async function makePage(): Promise<{ html: string; policy: string }> {
  const [{ adminDocument }, { documentPage }] = await Promise.all([
    import('./document.ts'),
    import('../../../platform/openapi/page.ts'),
  ]);
  return documentPage(adminDocument(), (operation) => [accessOf(operation)]);
}

const WHOSE: Readonly<Record<string, string>> = {
  installation: 'the installation',
  tenant: 'the tenant',
  domain: 'the domain',
  address: 'the address',
  own: 'what is theirs',
  area: 'what is theirs',
};

const WHO: Readonly<Record<string, string>> = {
  read: 'Support and admins',
  help: 'Support and admins',
  content: 'Admins',
  write: 'Admins',
};

function accessOf(operation: Record<string, unknown>): string {
  const { topic, right, subject } = operation['x-access'] as Record<'topic' | 'right' | 'subject', string>;
  return `${WHO[right] ?? right} of ${WHOSE[subject] ?? `what the request names (${subject})`}. A token may be kept to \`${topic}\`.`;
}
