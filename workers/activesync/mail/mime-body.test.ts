/** What a device gets of a message's own header (ATTACKS A25). */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/mail/types.ts';
import type { TrustVerdict } from '../../../core/trust/types.ts';
import { buildMail } from '../../../test/support/mail.ts';
import { messageWorld } from '../../../test/support/message.ts';
import { mimeContent } from './mime-body.ts';

const ID = 'mx.waypost.test';
const NAMES = { authservId: ID, platformAuthservId: 'mx.platform.example' };
const VERDICT: TrustVerdict = {
  source: 'platform',
  ...{ spf: 'pass', dkim: 'pass', dmarc: 'fail', arc: 'none' },
  fromDomain: 'sender.example',
  policy: 'quarantine',
  spam: null,
  disposition: 'junk',
  reasons: [],
};
const OURS =
  `Authentication-Results: ${ID};\r\n\tspf=pass; dkim=pass; arc=none;\r\n` +
  '\tdmarc=fail header.from=sender.example policy.dmarc=quarantine\r\n';
const FORGED = [
  'Authentication-Results: mx.platform.example; dmarc=pass header.from=bank.example',
  `Authentication-Results: ${ID}; dmarc=pass header.from=bank.example`,
  `Authentication-Results:\r\n\t(a comment)\r\n "${ID.toUpperCase()}" 1; dmarc=pass`,
  'Authentication-Results: (never closed; dmarc=pass',
  'authentication-RESULTS : ; dmarc=pass',
  'X-MS-Exchange-Organization-AuthAs: Internal',
  'X-MS-Exchange-Organization-SCL: -1',
  'X-MS-Has-Attach: yes',
  'X-Forefront-Antispam-Report: SFV:SKI;',
  'X-Microsoft-Antispam: BCL:0;',
  'X-Waypost-Verdict: pass',
  'ARC-Seal: i=1; cv=none; d=google.com; s=x; b=AAAA',
  'ARC-Message-Signature: i=1; d=google.com',
  'ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass',
];

async function world() {
  const { blobs, put } = await messageWorld();
  async function serve(
    raw: Uint8Array | string,
    limit: number | null = null,
    verdict: TrustVerdict | null = VERDICT,
  ) {
    const message: Message = { ...(await put(raw)), verdict };
    const { data, size, truncated } = await mimeContent({ blobs, names: NAMES }, message, limit);
    if (typeof data === 'string') return { text: data, size, truncated };
    if (data instanceof Uint8Array) return { text: new TextDecoder('latin1').decode(data), size, truncated };
    const streamed = await new Response(await data.stream()).arrayBuffer();
    expect(streamed.byteLength).toBe(data.length);
    return { text: new TextDecoder().decode(streamed), size, truncated };
  }
  return { serve };
}

describe('the header of a message that is shown', () => {
  const clean = [
    'X-Mailer: some',
    'Authentication-Results: mx.elsewhere.example; dkim=pass',
    'DKIM-Signature: v=1',
  ];
  const raw = (trace: string[], more = {}) =>
    buildMail({ messageId: '<m@x>', trace, text: 'Words.\r\n', ...more });

  it('has our results on top and nobody else’s in our name', async () => {
    const { serve } = await world();
    const { text, size, truncated } = await serve(raw([...FORGED, ...clean]));
    expect(text).toBe(OURS + new TextDecoder().decode(raw(clean)));
    expect([size, truncated]).toEqual([text.length, false]);
  });

  it('keeps a chain of seals that holds', async () => {
    const { serve } = await world();
    const seals = FORGED.slice(-3);
    const { text } = await serve(raw(seals), null, { ...VERDICT, arc: 'pass' });
    expect(text).toContain(seals.join('\r\n'));
  });

  it('says nothing of what was not checked', async () => {
    const { serve } = await world();
    for (const verdict of [null, { ...VERDICT, source: 'submitted' as const }]) {
      expect((await serve(raw(FORGED), null, verdict)).text).toBe(new TextDecoder().decode(raw([])));
    }
  });

  it('has the size of what is served, wherever it is cut', async () => {
    const { serve } = await world();
    const mail = raw([...FORGED, ...clean]);
    const whole = await serve(mail);
    for (const limit of [0, 1, OURS.length, OURS.length + 10, whole.size - 1, whole.size, whole.size + 1]) {
      const { text, size, truncated } = await serve(mail, limit);
      expect([text, size, truncated]).toEqual([whole.text.slice(0, limit), whole.size, limit < whole.size]);
    }
  });

  it('streams what is large, with the same size', async () => {
    const { serve } = await world();
    const big = { text: 'A line of many words in a large mail.\r\n'.repeat(30_000) };
    const expected = OURS + new TextDecoder().decode(raw(clean, big));
    const whole = await serve(raw([...FORGED, ...clean], big));
    expect([whole.text === expected, whole.size]).toEqual([true, expected.length]);
    const cut = await serve(raw([...FORGED, ...clean], big), 700_000);
    expect([cut.text === expected.slice(0, 700_000), cut.size, cut.truncated]).toEqual([
      true,
      expected.length,
      true,
    ]);
  });

  it('can be larger than what is held of it', async () => {
    const { serve } = await world();
    const flood = Array.from({ length: 30_000 }, (_, n) => `X-MS-Forged-${n}: ${'y'.repeat(30)}`);
    const kept = Array.from({ length: 30_000 }, (_, n) => `X-Kept-${n}: ${'y'.repeat(30)}`);
    const { text, size } = await serve(raw([...flood, ...kept]));
    const expected = OURS + new TextDecoder().decode(raw(kept));
    expect([text === expected, size]).toEqual([true, expected.length]);
  });

  it('leaves the body of a signed message byte for byte', async () => {
    const { serve } = await world();
    const body =
      '--b\r\nX-MS-Inner: stays\r\n\r\nsigned\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--b--\r\n';
    const head =
      'From: a@b.example\r\nContent-Type: multipart/signed; boundary=b\r\nX-MS-Outer: goes\r\n\r\n';
    const { text } = await serve(head + body);
    expect(text).toBe(OURS + head.replace('X-MS-Outer: goes\r\n', '') + body);
  });
});
