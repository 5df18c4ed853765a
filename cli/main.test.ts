import { describe, expect, it } from 'vitest';
import { COMMANDS, run } from './main.ts';

async function waypost(...argv: string[]) {
  const text = { out: '', err: '' };
  const code = await run(argv, {
    out: { write: (t) => (text.out += t) },
    err: { write: (t) => (text.err += t) },
  });
  return { code, ...text };
}

describe('the command line', () => {
  it('lists every command when asked for help, and when nothing is asked', async () => {
    for (const { code, out } of [await waypost('--help'), await waypost()]) {
      expect(code).toBe(0);
      for (const command of COMMANDS) expect(out).toContain(command.name);
    }
  });

  it.each(COMMANDS.map((c) => [c.name, c] as const))('tells all of %s', async (name, command) => {
    const { code, out } = await waypost(...name.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toContain(command.summary);
    expect(out).toContain(`Usage: waypost ${name}`);
    expect(out).toContain('--json');
  });

  it('lists the commands of a group', async () => {
    const { code, out } = await waypost('domain', '--help');
    expect(code).toBe(0);
    expect(out).toContain('domain add');
    expect(out).not.toContain('user add');
  });

  it.each([
    [['frob'], 'unknown command "frob"'],
    [['domain', 'frob'], 'unknown command "domain frob"'],
    [['--frob'], 'unknown flag --frob'],
    [['domain', 'add'], 'missing <domain>'],
    [['domain', 'add', 'a.test', 'b.test'], 'unexpected argument "b.test"'],
    [['domain', 'list', '--frob'], "Unknown option '--frob'"],
    [['user', 'add', 'a@b.test'], 'missing --password TEXT'],
    [['start', '--port', 'x'], '--port x is no port'],
    [['start', '--port', '70000'], '--port 70000 is no port'],
    [['start', '--store', 'mysql'], '--store is d1 or postgres'],
    [['phone', 'a@b.test', '--protocol', '2.5'], '--protocol is one of'],
    [['phone', 'a@b.test', '--json'], '--json goes with --once'],
    [['domain', 'catch-all', 'a.test'], 'give either an address or --none'],
    [['domain', 'catch-all', 'a.test', 'b@a.test', '--none'], 'give either an address or --none'],
  ])('answers %j with exit code 2 and a word', async (argv, message) => {
    const { code, out, err } = await waypost(...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).toMatch(/Try: waypost/);
  });

  it('prints its version', async () => {
    const { code, out } = await waypost('--version');
    expect(code).toBe(0);
    expect(out).toMatch(/^waypost \d+\.\d+\.\d+\n$/);
  });
});
