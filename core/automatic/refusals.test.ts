import { describe, expect, test } from 'vitest';
import type { TrustVerdict } from '../trust/types.ts';
import { type ReplyFacts, type ReplyRefusal, replyRefusal } from './refusals.ts';

const person = (address: string) => [{ name: '', address }];

function facts(over: Partial<Omit<ReplyFacts, 'index'>> & { index?: Partial<ReplyFacts['index']> } = {}) {
  const { index, ...rest } = over;
  return {
    mailFrom: 'friend@out.example',
    messageClass: 'IPM.Note',
    verdict: null,
    inJunk: false,
    isSelf: (address: string) => address === 'ann@one.example',
    ...rest,
    index: {
      ...{ headers: [], autoSubmitted: null, listId: null, cc: [] },
      ...{ from: person('friend@out.example'), to: person('ann@one.example') },
      ...index,
    },
  } satisfies ReplyFacts;
}

const verdict = (over: Partial<TrustVerdict>): TrustVerdict => ({
  ...{
    source: 'checked',
    spf: 'none',
    dkim: 'none',
    dmarc: 'none',
    arc: 'none',
    fromDomain: '',
    policy: null,
  },
  ...{ spam: null, disposition: 'inbox', reasons: [] },
  ...over,
});

const header = (name: string, value: string) => ({ index: { headers: [{ name, value }] } });
const from = (address: string) => ({ index: { from: person(address) } });

describe('RFC 3834 2: no automatic reply goes to', () => {
  test.each<[string, Parameters<typeof facts>[0], ReplyRefusal]>([
    ['a null return path', { mailFrom: '' }, 'null-return-path'],
    ['what is no address', { mailFrom: 'MAILER-DAEMON' }, 'null-return-path'],
    ['oneself', { mailFrom: 'ann@one.example' }, 'own-mail'],
    ['what claims to be from oneself', from('ann@one.example'), 'own-mail'],
    ['auto-replied', { index: { autoSubmitted: 'auto-replied' } }, 'automatic'],
    ['auto-generated', { index: { autoSubmitted: 'auto-generated' } }, 'automatic'],
    ['auto-notified', { index: { autoSubmitted: 'auto-notified' } }, 'automatic'],
    ['a report', { messageClass: 'REPORT.IPM.Note.NDR' }, 'report'],
    ['a read receipt', { messageClass: 'REPORT.IPM.Note.IPNRN' }, 'report'],
    ['a list with an id', { index: { listId: 'l.example' } }, 'list'],
    ['a list with List-Unsubscribe', header('list-unsubscribe', '<mailto:x>'), 'list'],
    ['a list with List-Post', header('list-post', 'NO'), 'list'],
    ['Precedence bulk', header('precedence', 'Bulk'), 'bulk'],
    ['Precedence list', header('precedence', 'list'), 'bulk'],
    ['Precedence junk', header('precedence', ' junk '), 'bulk'],
    ...[
      ...['owner-list@x.example', 'list-owner@x.example', 'list-request@x.example', 'bounce+a=b@x.example'],
      ...['mailer-daemon@x.example', 'MAILER-DAEMON@x.example', 'postmaster@x.example', 'noreply@x.example'],
      ...['no-reply@x.example', 'do-not-reply@x.example', 'donotreply@x.example', 'shop-noreply@x.example'],
      ...['noreply+123@x.example', 'bounces-12@x.example', 'news-bounces@x.example'],
    ].map((mailFrom): [string, { mailFrom: string }, ReplyRefusal] => [mailFrom, { mailFrom }, 'machine']),
    ['a machine in From', from('no_reply@x.example'), 'machine'],
    ['who asks for silence', header('x-auto-response-suppress', 'DR, OOF'), 'suppressed'],
    ['who asks for silence in all', header('x-auto-response-suppress', 'All'), 'suppressed'],
    ['an answering machine of old', header('x-autoreply', 'yes'), 'automatic'],
    ['what lies in Junk', { inJunk: true }, 'junk'],
    ['what was judged Junk', { verdict: verdict({ disposition: 'junk' }) }, 'junk'],
    ['a forged author', { verdict: verdict({ dmarc: 'fail' }) }, 'not-authentic'],
    ['a forged return path', { verdict: verdict({ spf: 'softfail' }) }, 'not-authentic'],
    ['blind copies and lists', { index: { to: person('team@one.example') } }, 'not-addressed'],
  ])('%s', (_, over, refusal) => {
    expect(replyRefusal(facts(over))).toBe(refusal);
  });

  test.each<[string, Parameters<typeof facts>[0]]>([
    ['a person', {}],
    ['a person who says Auto-Submitted: no', { index: { autoSubmitted: 'no' } }],
    ['a copy', { index: { to: [], cc: person('ann@one.example') } }],
    ['words that are asked for besides', header('x-auto-response-suppress', 'DR, RN, NRN')],
    ['a normal precedence', header('precedence', 'first-class')],
    ['an owner by name', { mailFrom: 'owner@x.example', ...from('owner@x.example') }],
    ['a forwarded but signed message', { verdict: verdict({ spf: 'fail', dkim: 'pass' }) }],
    ['who was signed in', { verdict: verdict({ source: 'submitted' }) }],
  ])('but to %s', (_, over) => {
    expect(replyRefusal(facts(over))).toBeNull();
  });
});
