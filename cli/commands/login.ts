import type { Page, TenantView } from '../../shared/admin-api.ts';
import { createAdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { keepToken, readCredentials, writeCredentials } from '../remote/credentials.ts';
import { readSecret } from '../remote/secret-input.ts';
import { addressOf } from '../remote/target.ts';

export const login = defineCommand({
  name: 'login',
  summary: 'keep the token of a deployed installation for --remote',
  details:
    'The token is typed without being shown, or read from standard input; it must open the admin API. It is kept in\n' +
    '~/.config/waypost/credentials, which nobody else can read. "--remote" alone then means this installation.',
  here: true,
  positionals: [{ name: 'url', help: 'address of the installation, e.g. https://mail.example.com' }],
  flags: {},
  examples: ['waypost login https://mail.example.com', 'waypost login https://mail.example.com < token'],
  async run({ args: [text = ''], out }) {
    const url = addressOf(text, 'the address');
    const token = await readSecret(`Admin token of ${url.origin}: `);
    await createAdminClient(url, token).get<Page<TenantView>>('/tenants');
    const path = await keepToken(url.origin, token);
    out.result({ installation: url.origin }, () => {
      out.line(`Signed in to ${url.origin}. The token is in ${path}.`);
      out.line('waypost … --remote works on it.');
    });
  },
});

export const logout = defineCommand({
  name: 'logout',
  summary: 'forget the token of a deployed installation',
  details: 'The token itself holds until it is taken back with "waypost token remove".',
  here: true,
  positionals: [{ name: 'url', help: 'its address; without it the one of the last login', optional: true }],
  flags: {},
  async run({ args: [text = ''], out }) {
    const { installation, tokens } = readCredentials();
    const origin = text === '' ? installation : addressOf(text, 'the address').origin;
    if (origin === null || tokens[origin] === undefined)
      throw new CommandError(origin === null ? 'no token is kept' : `no token of ${origin} is kept`);
    const left = Object.fromEntries(Object.entries(tokens).filter(([one]) => one !== origin));
    const next = installation === origin ? (Object.keys(left).at(-1) ?? null) : installation;
    await writeCredentials({ installation: next, tokens: left });
    out.result({ forgotten: origin }, () => out.line(`The token of ${origin} is forgotten.`));
  },
});
