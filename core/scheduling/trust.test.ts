import { describe, expect, test } from 'vitest';
import { meetingFacts, trusted } from './testing.ts';
import { attendeeDistrust, distrustOf, organizerDistrust } from './trust.ts';

const ann = { name: '', address: 'ann@one.example' };
const from = (address: string, verdict = trusted()) => ({ from: [address], verdict });

describe('a calendar obeys', () => {
  test('the organizer it knows, however the address is written', () => {
    expect(organizerDistrust(from('Ann@ONE.example'), ann, meetingFacts())).toBeNull();
    expect(organizerDistrust(from('eve@one.example'), ann, meetingFacts())).toBe('not-the-organizer');
    expect(organizerDistrust(from('ann@one.example'), null, meetingFacts())).toBe('not-the-organizer');
  });

  test('who acts for the organizer, of the same domain only', () => {
    const facts = (sentBy: string) => meetingFacts({ sentBy });
    expect(organizerDistrust(from('sec@one.example'), ann, facts('sec@one.example'))).toBeNull();
    expect(organizerDistrust(from('sec@evil.example'), ann, facts('sec@evil.example'))).toBe(
      'not-the-organizer',
    );
    expect(organizerDistrust(from('eve@one.example'), ann, facts('sec@one.example'))).toBe(
      'not-the-organizer',
    );
  });

  test('nobody whose message is not authentic', () => {
    const cases: [Parameters<typeof trusted>[0], string | null][] = [
      [{}, null],
      [{ dmarc: 'fail', policy: 'none' }, 'not-authentic'],
      [{ disposition: 'junk' }, 'junk'],
      [{ dmarc: 'none', dkim: 'none', spf: 'fail' }, 'not-authentic'],
      [{ dmarc: 'none', dkim: 'none', spf: 'none' }, null],
      [{ dmarc: 'none', dkim: 'pass', spf: 'fail' }, null],
      [{ source: 'submitted', dmarc: 'none', spf: 'none', dkim: 'none' }, null],
    ];
    for (const [verdict, expected] of cases) {
      expect(organizerDistrust(from('ann@one.example', trusted(verdict)), ann, meetingFacts())).toBe(
        expected,
      );
    }
    expect(distrustOf({ from: ['ann@one.example'], verdict: null })).toBe('not-authentic');
    expect(distrustOf({ from: ['ann@one.example', 'b@x.example'], verdict: trusted() })).toBe(
      'several-authors',
    );
  });

  test('attendees for themselves', () => {
    const bob = { name: '', address: 'bob+cal@one.example' };
    expect(attendeeDistrust(from('bob@one.example'), bob)).toBeNull();
    expect(attendeeDistrust(from('bob+cal@one.example'), bob)).toBeNull();
    expect(attendeeDistrust(from('bob+x@one.example'), bob)).toBe('not-the-attendee');
    expect(attendeeDistrust(from('eve@one.example'), bob)).toBe('not-the-attendee');
  });
});
