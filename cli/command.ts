import { parseArgs } from 'node:util';
import type { Output } from './output.ts';

/** A flag of a command. `value` names what a string flag takes, as in `--port N`. */
export type Flag =
  | { type: 'boolean'; help: string }
  | { type: 'string'; value: string; help: string; required?: boolean };

interface Positional {
  name: string;
  help: string;
  optional?: boolean;
  /** The last one: it may be given several times. */
  many?: boolean;
}

type FlagValues<F extends Record<string, Flag>> = {
  [K in keyof F]: F[K] extends { type: 'boolean' }
    ? boolean
    : F[K] extends { required: true }
      ? string
      : string | undefined;
};

interface Invocation<F extends Record<string, Flag>> {
  /** One for each positional of the command, '' for an optional one that was left out; of `many`, all that came. */
  args: string[];
  flags: FlagValues<F>;
  out: Output;
}

export interface CommandSpec<F extends Record<string, Flag>> {
  /** One to three words, e.g. `user add`. */
  name: string;
  summary: string;
  /** More lines for the command's own help. */
  details?: string;
  /** It works here and asks no installation: `--remote` is nothing for it. */
  here?: boolean;
  positionals: Positional[];
  flags: F;
  examples?: string[];
  run(invocation: Invocation<F>): Promise<void>;
}

export interface Command {
  name: string;
  summary: string;
  /** It works here and asks no installation. */
  here: boolean;
  /** Names of the flags, without dashes, and what they are for. */
  flags: readonly (readonly [name: string, help: string])[];
  help(): string;
  /** Checks the arguments (UsageError) and runs the command. */
  execute(argv: string[], outputFor: (json: boolean) => Output): Promise<void>;
}

/** The arguments do not fit the command: exit code 2. */
export class UsageError extends Error {
  readonly command: string | null;
  constructor(message: string, command: string | null = null) {
    super(message);
    this.command = command;
  }
}

/** The command could not do its work, for a reason the person can read: exit code 1. */
export class CommandError extends Error {}

const COMMON = {
  json: { type: 'boolean', help: 'print JSON for scripts' },
  help: { type: 'boolean', help: 'show this help' },
} as const satisfies Record<string, Flag>;

/** Taken out of the line before a command sees it (cli/remote/target.ts). */
const WHERE: readonly (readonly [flag: string, help: string])[] = [
  ['remote [URL]', 'work on a deployed installation (waypost login, or WAYPOST_URL and WAYPOST_ADMIN_TOKEN)'],
  ['local', 'work on the local one, whatever WAYPOST_URL says'],
];

export function defineCommand<const F extends Record<string, Flag>>(spec: CommandSpec<F>): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    here: spec.here === true,
    flags: [
      ...Object.entries<Flag>({ ...spec.flags, ...COMMON }).map(([name, { help }]) => [name, help] as const),
      ...(spec.here === true ? [] : WHERE).map(([flag, help]) => [flag.split(' ')[0] ?? flag, help] as const),
    ],
    help: () => helpOf(spec),
    async execute(argv, outputFor) {
      const { args, values } = parse(spec, argv);
      const out = outputFor(values['json'] === true);
      // parse() has checked every flag against its declaration.
      await spec.run({ args, flags: values as FlagValues<F>, out });
    },
  };
}

function parse(spec: CommandSpec<Record<string, Flag>>, argv: string[]) {
  const flags: Record<string, Flag> = { ...spec.flags, ...COMMON };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
    parsed = parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(firstSentence(error), spec.name);
  }
  const { positionals } = parsed;
  const needed = spec.positionals.filter((p) => p.optional !== true).length;
  const missing = spec.positionals[positionals.length];
  if (positionals.length < needed && missing !== undefined) {
    throw new UsageError(`missing <${missing.name}>`, spec.name);
  }
  const many = spec.positionals.at(-1)?.many === true;
  const extra = many ? undefined : positionals[spec.positionals.length];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`, spec.name);
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const value = parsed.values[name];
    if (flag.type === 'string' && flag.required === true && value === undefined) {
      throw new UsageError(`missing --${name} ${flag.value}`, spec.name);
    }
    values[name] = flag.type === 'boolean' ? value === true : value;
  }
  const args = many ? positionals : spec.positionals.map((_, i) => positionals[i] ?? '');
  return { args, values };
}

function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\. |\n/)[0] ?? message;
}

function usageOf(spec: Pick<CommandSpec<Record<string, Flag>>, 'name' | 'positionals' | 'flags'>): string {
  const positionals = spec.positionals.map((p) =>
    p.optional === true ? `[<${p.name}>]` : p.many === true ? `<${p.name}>…` : `<${p.name}>`,
  );
  const flags = Object.entries(spec.flags).map(([name, flag]) => {
    const text = flag.type === 'boolean' ? `--${name}` : `--${name} ${flag.value}`;
    return flag.type === 'string' && flag.required === true ? text : `[${text}]`;
  });
  return ['waypost', spec.name, ...positionals, ...flags].join(' ');
}

function helpOf(spec: CommandSpec<Record<string, Flag>>): string {
  const rows: [string, string][] = [
    ...spec.positionals.map((p): [string, string] => [`<${p.name}>`, p.help]),
    ...Object.entries<Flag>({ ...spec.flags, ...COMMON }).map(([name, flag]): [string, string] => [
      flag.type === 'boolean' ? `--${name}` : `--${name} ${flag.value}`,
      flag.help,
    ]),
    ...(spec.here === true ? [] : WHERE).map(([flag, help]): [string, string] => [`--${flag}`, help]),
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  const parts = [`${spec.summary}\n\nUsage: ${usageOf(spec)}`];
  if (spec.details !== undefined) parts.push(spec.details);
  parts.push(rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n'));
  if (spec.examples !== undefined) parts.push(`Examples:\n${spec.examples.map((e) => `  ${e}`).join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}
