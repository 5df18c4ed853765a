import type { CreateServiceToken, NewServiceTokenView, ServiceTokenView } from '../../shared/admin-api.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

const domain = {
  type: 'string',
  value: 'DOMAIN',
  help: 'a domain of the tenant that it is for; without it the installation',
} as const;

export const tokenList = defineCommand({
  name: 'token list',
  summary: 'list the tokens with which programs use the admin API',
  positionals: [],
  flags: { domain },
  async run({ flags, out }) {
    const items = await withLocalServer(async ({ admin }) =>
      listed<ServiceTokenView>(
        admin,
        '/tokens',
        flags.domain === undefined ? {} : { tenantId: await tenantOf(admin, flags.domain) },
      ),
    );
    out.result(items, () => {
      const rows = items.map((t) => [
        t.tokenId,
        t.name,
        t.role,
        t.domain ?? (t.tenantId === null ? 'installation' : 'tenant'),
        t.topics?.join(' ') ?? 'all',
        t.expiresAt === null ? 'never' : shortTime(t.expiresAt),
        t.lastUsedAt === null ? 'never' : shortTime(t.lastUsedAt),
      ]);
      out.table(['id', 'name', 'role', 'in', 'topics', 'ends', 'used'], rows, 'There are no tokens.');
    });
  },
});

export const tokenAdd = defineCommand({
  name: 'token add',
  summary: 'make a token for a program',
  details: 'It is shown once: only its hash is kept. The program sends it as `Authorization: Bearer …`.',
  positionals: [{ name: 'name', help: 'what it is for' }],
  flags: {
    role: { type: 'string', value: 'ROLE', help: 'admin or support (the default)' },
    domain,
    only: { type: 'boolean', help: 'for this domain alone, not for its whole tenant' },
    topics: { type: 'string', value: 'LIST', help: 'parts of the API that it keeps to, with commas between' },
    days: { type: 'string', value: 'N', help: 'how long it holds; without it until it is removed' },
  },
  examples: ['waypost token add "nightly report" --domain example.test --topics users,audit --days 365'],
  async run({ args: [name = ''], flags, out }) {
    const { role = 'support' } = flags;
    if (role !== 'admin' && role !== 'support') throw new CommandError('the role is admin or support');
    if (flags.only && flags.domain === undefined) throw new CommandError('--only needs --domain');
    const days = flags.days === undefined ? null : Number(flags.days);
    if (days !== null && !Number.isSafeInteger(days)) throw new CommandError('--days is a number');
    const made = await withLocalServer(async ({ admin }) => {
      const body: CreateServiceToken = {
        ...{ name, role },
        ...(flags.domain === undefined ? {} : { tenantId: await tenantOf(admin, flags.domain) }),
        ...(flags.only ? { domain: flags.domain } : {}),
        ...(flags.topics === undefined ? {} : { topics: flags.topics.split(',').map((one) => one.trim()) }),
        ...(days === null ? {} : { days }),
      };
      return admin.post<NewServiceTokenView>('/tokens', body);
    });
    out.result(made, () => {
      out.line(`Token ${made.tokenId} (shown once):`);
      out.line(made.token);
    });
  },
});

export const tokenRemove = defineCommand({
  name: 'token remove',
  summary: 'take a token back',
  positionals: [{ name: 'id', help: 'the token' }],
  flags: { domain },
  async run({ args: [id = ''], flags, out }) {
    await withLocalServer(async ({ admin }) => {
      const tenantId = flags.domain === undefined ? null : await tenantOf(admin, flags.domain);
      const query = tenantId === null ? '' : `?${new URLSearchParams({ tenantId })}`;
      await admin.delete(`/tokens/${encodeURIComponent(id)}${query}`);
    });
    out.result({ tokenId: id }, () => out.line(`Token ${id} opens nothing any more.`));
  },
});
