/**
 * Reads the iCalendar of other producers: all that is in the test data of two Debian packages (Evolution's data server and
 * Python's icalendar: what Evolution, Exchange, Google Calendar, Meetup, Plone and Mozilla wrote). Each file is read,
 * written and read again, and has to be the same; what was written is read by Python's icalendar as well, and has to say the
 * same there.
 *
 *   node test/clients/ical/producers.check.ts
 *
 * The packages are unpacked into a folder of its own, and not installed. Exit status: 0 all equal, 1 differences, 3 no
 * packages to be had.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { ICalError } from '../../../codecs/ical/index.ts';
import type { CalendarDocument } from '../../../core/calendar/anchor.ts';
import { formOf } from '../../../core/calendar/ical/write-object.ts';
import { readICal, utcTime, writeICal } from '../../../core/calendar/index.ts';
import { formatUtc } from '../../../core/calendar/time/civil.ts';

const PACKAGES = [
  'evolution-data-server-tests',
  'python3-icalendar',
  'python3-dateutil',
  'python3-tz',
  'python3-six',
];
/** Files that are broken on purpose, with the line that says so. */
const REFUSED: Record<string, number> = { 'timezone_same_start_and_offset.ics': 23 };
const REFERENCE = fileURLToPath(new URL('./reference.py', import.meta.url));

interface Part {
  uid: string;
  title: string | null;
  start: string | null;
  changed: boolean;
  errors: string[];
}

function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}): string | null {
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.status === 0) return done.stdout;
  console.error(`${command} ${args[0] ?? ''}: ${done.stderr ?? done.error}`);
  return null;
}

/** Without PRODID, which is the writer's. */
function plain(documents: readonly CalendarDocument[]): object[] {
  return documents.map(({ prodId: _, ...rest }) => rest);
}

function startOf(document: CalendarDocument): string | null {
  const { start } = document;
  if (start === undefined) return null;
  if (formOf(document).asDate) return start.slice(0, 10);
  return document.timeZone ? formatUtc(utcTime(start, document.timeZone) ?? 0) : start;
}

/** What Python has to find of a document, its changed occurrences aside. */
function expected(document: CalendarDocument): Omit<Part, 'errors'> {
  const title = document.title ?? null;
  return { uid: document.uid, title, start: startOf(document), changed: document.recurrenceId !== undefined };
}

const folder = mkdtempSync(join(tmpdir(), 'ical-producers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let differences = 0;
const differ = (file: string, detail: string) => {
  differences++;
  console.error(`${file}: ${detail}`);
};
for (const name of PACKAGES) {
  if (run('apt-get', ['download', '-qq', name], folder) === null) process.exit(3);
}
mkdirSync(join(folder, 'written'));
for (const name of readdirSync(folder).filter((one) => one.endsWith('.deb'))) {
  if (run('dpkg', ['-x', name, 'unpacked'], folder) === null) process.exit(3);
}
const unpacked = join(folder, 'unpacked');
const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ics'),
);
const producers = new Set<string>();
const written: { file: string; path: string; documents: CalendarDocument[] }[] = [];
for (const file of files) {
  const name = basename(file);
  try {
    const read = readICal(readFileSync(join(unpacked, file)));
    if (read.prodId !== null) producers.add(read.prodId);
    const text = writeICal(read.documents, { rest: read.rest });
    if (!isDeepStrictEqual(plain(readICal(text).documents), plain(read.documents)))
      differ(name, 'is not the same when it is read again');
    const path = join(folder, 'written', `${written.length}.ics`);
    writeFileSync(path, text);
    written.push({ file: name, path, documents: read.documents });
  } catch (error) {
    if (!(error instanceof ICalError) || REFUSED[name] !== error.line) differ(name, String(error));
  }
}
const path = join(unpacked, 'usr/lib/python3/dist-packages');
const answer = run('python3', [REFERENCE, ...written.map((one) => one.path)], folder, { PYTHONPATH: path });
if (answer === null) process.exit(3);
const found: Part[][] = JSON.parse(answer);
for (const [i, { file, documents }] of written.entries()) {
  const parts = found[i] ?? [];
  if (parts.some(({ errors }) => errors.length > 0))
    differ(file, `Python reads errors in ${JSON.stringify(parts)}`);
  // The changed occurrences of a series are parts as well.
  const whole = parts.filter(
    (part) => !part.changed || documents.some(({ recurrenceId }) => recurrenceId !== undefined),
  );
  const theirs = whole.map(({ errors: _, ...part }) => part);
  if (!isDeepStrictEqual(theirs, documents.map(expected))) {
    differ(
      file,
      `Python reads ${JSON.stringify(theirs)}, meant is ${JSON.stringify(documents.map(expected))}`,
    );
  }
}
console.log(`${files.length} files of ${producers.size} producers: ${[...producers].join(', ')}`);
console.log(`${files.length - differences} passed, ${differences} failed`);
if (producers.size < 3) differ('all', 'fewer than three producers');
process.exit(differences === 0 ? 0 : 1);
