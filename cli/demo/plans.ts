import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdminClient } from '../admin-client.ts';
import { createProgress } from '../progress.ts';
import { importFile } from '../takeout/import-files.ts';
import { DEMO_DOMAIN } from './message.ts';

const DAY = 86_400_000;
const HOME = `alice@${DEMO_DOMAIN}`;

/** Events, a task and a note of the first user, around the day they are made, as iCalendar. */
export function demoCalendar(now: number): string {
  const day = (offset: number) => new Date(now + offset * DAY).toISOString().slice(0, 10).replaceAll('-', '');
  const stamp = `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const component = (kind: string, uid: string, lines: string[]) => [
    ...[`BEGIN:${kind}`, `UID:${uid}@${DEMO_DOMAIN}`, `DTSTAMP:${stamp}`],
    ...lines,
    `END:${kind}`,
  ];
  const at = (name: string, offset: number, time: string) =>
    `${name};TZID=Europe/Prague:${day(offset)}T${time}00`;
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Waypost//Demo//EN'],
    ...component('VEVENT', 'team', [
      ...[at('DTSTART', -14, '0930'), at('DTEND', -14, '1000'), 'RRULE:FREQ=WEEKLY'],
      ...['SUMMARY:Team meeting', 'LOCATION:Room 1', 'CATEGORIES:Work'],
      ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Team meeting', 'TRIGGER:-PT15M', 'END:VALARM'],
    ]),
    // This week it is later, and elsewhere.
    ...component('VEVENT', 'team', [
      ...[at('RECURRENCE-ID', 0, '0930'), at('DTSTART', 0, '1400'), at('DTEND', 0, '1430')],
      ...['SUMMARY:Team meeting (later)', 'LOCATION:Garden'],
    ]),
    ...component('VEVENT', 'dentist', [
      ...[at('DTSTART', 1, '0815'), at('DTEND', 1, '0900'), 'SUMMARY:Dentist', 'CLASS:PRIVATE'],
    ]),
    ...component('VEVENT', 'trip', [
      `DTSTART;VALUE=DATE:${day(5)}`,
      `DTEND;VALUE=DATE:${day(8)}`,
      ...[
        'SUMMARY:Trip to the mountains',
        'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
        'DESCRIPTION:Boots\\, map\\, tea.',
      ],
    ]),
    ...component('VTODO', 'plants', [
      ...[at('DUE', 2, '1800'), 'SUMMARY:Water the plants', 'PRIORITY:1', 'STATUS:NEEDS-ACTION'],
    ]),
    ...component('VJOURNAL', 'note', [
      `DTSTART;VALUE=DATE:${day(0)}`,
      ...['SUMMARY:Shopping', 'DESCRIPTION:Bread\\nApples\\nCandles'],
    ]),
    ...['END:VCALENDAR', ''],
  ].join('\r\n');
}

/** The other users of the demo as the first one has them in the address book. */
export function demoCards(): string {
  const card = (given: string, birthday: string, phone: string) => [
    ...['BEGIN:VCARD', 'VERSION:4.0', `UID:${given.toLowerCase()}-card@${DEMO_DOMAIN}`],
    ...[
      `FN:${given} Example`,
      `N:Example;${given};;;`,
      `EMAIL;TYPE=work:${given.toLowerCase()}@${DEMO_DOMAIN}`,
    ],
    ...[`TEL;TYPE=cell;VALUE=uri:tel:${phone}`, `BDAY:${birthday}`, 'CATEGORIES:Demo', 'END:VCARD'],
  ];
  return [
    ...card('Bob', '19840229', '+420-555-0101'),
    ...card('Carol', '19901224', '+420-555-0102'),
    '',
  ].join('\r\n');
}

/** Puts both into the mailbox of the first user, as `waypost import` does. */
export async function importPlans(admin: AdminClient, now: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-demo-'));
  try {
    for (const [name, text] of [
      ['plans.ics', demoCalendar(now)],
      ['people.vcf', demoCards()],
    ] as const) {
      const file = join(folder, name);
      await writeFile(file, text);
      await importFile(admin, file, {
        address: HOME,
        folder: null,
        progress: createProgress(process.stderr, true),
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
