import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, Wrangler } from '../../cli/cloudflare/wrangler.ts';

/** An account, and a wrangler that acts on it as the real one does and says what it says, without a process. */
export class ScriptedWrangler {
  readonly databases = new Map<string, string>();
  readonly buckets = new Set<string>();
  readonly queues = new Map<string, number>();
  readonly hyperdrives = new Map<string, { id: string; caching: string }>();
  secrets: Map<string, string> | null = null;
  readonly applied = new Map<string, string[]>();
  readonly versions: { id: string; tag: string }[] = [];
  /** What a deployment would upload. */
  script = 'export default {}';
  accounts = [{ id: 'a'.repeat(32), name: 'A test' }];
  /** Every command, and those that changed something. */
  readonly ran: string[] = [];
  readonly changes: string[] = [];
  /** Arguments that nobody may see. */
  readonly hidden: string[] = [];
  /** Migrations that `migrations apply` finds. */
  readonly files: (database: string) => string[];
  /** What the next changing command says in place of doing it. */
  refuse: (command: string) => string | null = () => null;

  constructor(files: (database: string) => string[]) {
    this.files = files;
  }

  readonly run: Wrangler = async (args, { input, hidden } = {}) => {
    this.ran.push(args.join(' '));
    if (hidden !== undefined) this.hidden.push(...hidden.arguments);
    return this.#look(args) ?? this.#change(args, input ?? '');
  };

  #look(args: readonly string[]): Ran | null {
    const [first, second, third = ''] = args;
    const json = (value: unknown) => said(`${JSON.stringify(value, null, 2)}\n`);
    switch (`${first} ${second}`) {
      case 'whoami --json':
        return this.accounts.length === 0
          ? { code: 1, out: '{"loggedIn":false}\n', err: '' }
          : json({
              loggedIn: true,
              authType: 'OAuth Token',
              email: 'ann@example.com',
              accounts: this.accounts,
            });
      case 'd1 list':
        return json([...this.databases].map(([name, uuid]) => ({ uuid, name, version: 'production' })));
      case 'd1 execute':
        return this.applied.has(third)
          ? json([
              { results: (this.applied.get(third) ?? []).map((name) => ({ name })), success: true, meta: {} },
            ])
          : {
              code: 1,
              out: '{"error":{"text":"no such table: d1_migrations: SQLITE_ERROR [code: 7500]"}}',
              err: '',
            };
      case 'r2 bucket':
        if (third !== 'list') return null;
        return said(
          `Listing buckets...\n${[...this.buckets].map((name) => `name:           ${name}\ncreation_date:  2026-11-20T10:00:00.000Z`).join('\n\n')}\n`,
        );
      case 'queues list': {
        const page = Number(args.at(-1));
        const rows = [...this.queues]
          .slice((page - 1) * 100, page * 100)
          .map(([name, consumers]) => [randomUUID(), name, '', '', '0', String(consumers)]);
        return said(table(['id', 'name', 'created_on', 'modified_on', 'producers', 'consumers'], rows));
      }
      case 'hyperdrive list':
        return said(
          `📋 Listing Hyperdrive configs\n${table(
            ['id', 'name', 'caching'],
            [...this.hyperdrives].map(([name, { id, caching }]) => [id, name, caching]),
          )}`,
        );
      case 'secret list':
        if (this.secrets === null)
          return {
            code: 1,
            out: '',
            err: '✘ [ERROR] Worker "waypost" not found.\n\n  If this is a new Worker, run `wrangler deploy` first to create it.\n',
          };
        return json([...this.secrets.keys()].map((name) => ({ name, type: 'secret_text' })));
      case 'deploy --dry-run':
        writeFileSync(join(third === '--outdir' ? (args[3] ?? '') : third, 'index.js'), this.script);
        return said('--dry-run: exiting now.\n');
      case 'versions list':
        return json(this.versions.map(({ id, tag }) => ({ id, annotations: { 'workers/tag': tag } })));
      case 'deployments status':
        return json({
          id: '1',
          versions: this.versions.slice(-1).map(({ id }) => ({ version_id: id, percentage: 100 })),
        });
      default:
        return null;
    }
  }

  #change(args: readonly string[], input: string): Ran {
    const command = args.join(' ');
    const refusal = this.refuse(command);
    if (refusal !== null) return { code: 1, out: '', err: `\n✘ [ERROR] ${refusal}\n` };
    this.changes.push(command);
    const [, second, third = '', fourth = ''] = args;
    switch (`${args[0]} ${second}`) {
      case 'd1 create':
        this.databases.set(third, randomUUID());
        break;
      case 'r2 bucket':
        this.buckets.add(fourth);
        break;
      case 'queues create':
        this.queues.set(third, 0);
        break;
      case 'hyperdrive create':
        this.hyperdrives.set(third, { id: randomUUID().replaceAll('-', ''), caching: 'disabled' });
        break;
      case 'hyperdrive update':
        for (const one of this.hyperdrives.values()) if (one.id === third) one.caching = 'disabled';
        break;
      case 'secret put':
        this.secrets ??= new Map();
        this.secrets.set(third, input);
        break;
      case 'd1 migrations':
        this.applied.set(fourth, this.files(fourth));
        break;
      case 'deploy --config':
        this.versions.push({ id: randomUUID(), tag: args.at(-1) ?? '' });
        for (const name of this.queues.keys()) this.queues.set(name, 1);
        break;
      default:
        return { code: 1, out: '', err: `✘ [ERROR] Unknown argument: ${command}` };
    }
    return said('done\n');
  }
}

function said(out: string): Ran {
  return { code: 0, out, err: '' };
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `│ ${cells.join(' │ ')} │`;
  return `┌─┬─┐\n${[head, ...rows].map(line).join('\n├─┼─┤\n')}\n└─┴─┘\n`;
}
