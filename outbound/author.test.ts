import { describe, expect, test } from 'vitest';
import { type House, house } from '../test/support/house.worker.ts';
import { scriptedCarrier } from '../test/support/scripted-carrier.ts';

const ANN = 'ann@one.example';
let made = 0;

async function world() {
  const h = await house();
  const { carrier, handed } = scriptedCarrier();
  h.state.carrier = carrier;
  return { h, handed };
}

/** The reason of a refusal, or the header that left. */
async function leaving(
  { h, handed }: { h: House; handed: { text: string; mailFrom: string }[] },
  header: string,
) {
  const result = await h.outbound.submit({
    submissionId: `s-${++made}`,
    sender: h.sender(ANN),
    raw: new TextEncoder().encode(
      `${header}\nTo: x@away.example\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <m@one.example>\nMIME-Version: 1.0\n\nx\n`,
    ),
    saveInSentItems: false,
    correlationId: 'c',
  });
  if (result.kind === 'refused') return result.reason;
  await h.outbound.attempt(h.queues.sent.outbound.splice(0));
  const text = handed.at(-1)?.text ?? '';
  return `${handed.at(-1)?.mailFrom}\r\n${text.slice(text.indexOf('\r\n') + 2, text.indexOf('\r\n\r\n'))}`;
}

describe('the author of a message (I24, A22)', () => {
  test.each([
    ['a group', `From: Friends: ${ANN};`],
    ['a group around others', 'From: Friends: bob@one.example;'],
    ['an empty group', 'From: Friends:;'],
    ['two of the sender’s own', `From: ${ANN}, ann+tag@one.example`],
    ['a first one that is its own', `From: ${ANN}, bob@evil.example`],
    ['an address in the name and another behind it', `From: "${ANN}" <bob@evil.example>`],
    ['a name that looks like a route', `From: <@one.example:bob@evil.example>`],
    ['a look-alike domain', 'From: ann@оne.example'],
    ['the same domain in another script, as A-labels', 'From: ann@xn--ne-emc.example'],
    ['a local part with a letter of another script', 'From: аnn@one.example'],
    ['a domain below the own', 'From: ann@one.example.evil.example'],
    ['a folded second author', `From: ${ANN},\n\tbob@one.example`],
    ['encoded words that hold an address', 'From: =?utf-8?Q?ann=40one=2Eexample?= <bob@evil.example>'],
    ['another who sent it again', `From: ${ANN}\nResent-From: bob@one.example`],
    ['another sender who sent it again', `From: ${ANN}\nResent-Sender: Bob <bob@evil.example>`],
    ['a colleague', 'From: bob@one.example'],
  ])('is not %s', async (_what, header) => {
    expect(await leaving(await world(), header)).toBe('from-not-allowed');
  });

  test.each([
    ['Ann <ann@one.example>', 'Ann <ann@one.example>'],
    ['ANN@ONE.EXAMPLE', 'ANN@ONE.EXAMPLE'],
    ['"Nový, Ann" <ann@one.example>', '"Nový, Ann" <ann@one.example>'],
    // Said in more than one way, it is said anew in one.
    ['ann@one.example (bob@evil.example)', '"bob@evil.example" <ann@one.example>'],
  ])('is %s', async (written, left) => {
    const text = await leaving(await world(), `From: ${written}`);
    expect(text.split('\r\n')).toContainEqual(expect.stringMatching(/^From: /));
    const from = /^From: (.*)$/m.exec(text)?.[1]?.replace('\r', '') ?? '';
    if (written.includes('Nový')) expect(from).toMatch(/<ann@one\.example>$/);
    else expect(from).toBe(left);
  });

  test('may be somebody who lets the sender write as them', async () => {
    const w = await world();
    await w.h.directory.putSendGrant({ tenantId: 't1', ownerId: 'bob-t1', granteeId: 'ann-t1', kind: 'as' });
    const text = await leaving(w, 'From: Bob <bob@one.example>\nSender: cid@one.example');
    expect(text).toMatch(/^bob@one\.example\r\nFrom: Bob <bob@one\.example>\r\n/);
    expect(text).not.toMatch(/^Sender/m);
  });

  test('or on behalf of them: then the real sender is named, whatever the client says', async () => {
    const w = await world();
    await w.h.directory.putSendGrant({
      tenantId: 't1',
      ownerId: 'bob-t1',
      granteeId: 'ann-t1',
      kind: 'behalf',
    });
    for (const claimed of ['', '\nSender: bob@one.example', '\nSender: x@evil.example']) {
      const text = await leaving(w, `From: Bob <bob@one.example>${claimed}`);
      expect(text).toMatch(/^ann@one\.example\r\nFrom: Bob <bob@one\.example>\r\n/);
      expect(text.match(/^Sender: .*$/gm)).toEqual([expect.stringMatching(/<ann@one\.example>\r?$/)]);
    }
  });

  test('not when the grant goes the other way, is of another tenant, or was taken back', async () => {
    const w = await world();
    const { directory } = w.h;
    const header = 'From: bob@one.example';
    await directory.putSendGrant({ tenantId: 't1', ownerId: 'ann-t1', granteeId: 'bob-t1', kind: 'as' });
    await directory.putSendGrant({ tenantId: 't2', ownerId: 'bob-t2', granteeId: 'ann-t1', kind: 'as' });
    expect(await leaving(w, header)).toBe('from-not-allowed');
    expect(await leaving(w, 'From: bob@two.example')).toBe('from-not-allowed');
    await directory.putSendGrant({ tenantId: 't1', ownerId: 'bob-t1', granteeId: 'ann-t1', kind: 'as' });
    expect(await leaving(w, header)).toMatch(/^bob@one/);
    await directory.setUserStatus('t1', 'bob-t1', 'disabled');
    expect(await leaving(w, header)).toBe('from-not-allowed');
    await directory.setUserStatus('t1', 'bob-t1', 'active');
    await directory.removeSendGrant('t1', 'bob-t1', 'ann-t1');
    expect(await leaving(w, header)).toBe('from-not-allowed');
  });
});

describe('a message that goes round in a circle (A23)', () => {
  test('comes to rest after fifty hosts', async () => {
    const w = await world();
    const hops = (n: number) => `From: ${ANN}\n${'Received: by somewhere\n'.repeat(n)}Subject: S`;
    expect(await leaving(w, hops(50))).toContain('Subject: S');
    expect(await leaving(w, hops(51))).toBe('loop');
  });
});
