import { describe, expect, test } from 'vitest';
import { at, mail, relayHouse } from '../../test/support/relay-house.ts';
import { ALL_CAPABILITIES, type SmtpReaction, type SmtpVerb } from '../../test/support/smtp-server.ts';
import { createSmtpRelay } from './index.ts';

const { house } = relayHouse();

describe('a message by the relay', () => {
  test('arrives byte for byte, with what is known of it in the envelope', async () => {
    const { server, relay } = await house();
    const raw = 'Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\nend';
    const [result] = await relay.send(mail({ raw, recipients: ['bob@two.example'] }));
    expect(result).toMatchObject({ outcome: 'sent', status: '2.0.0', remoteId: 'Q1001' });
    expect(server.messages[0]?.bytes.toString()).toBe(`${raw}\r\n`);
    expect(server.messages[0]).toMatchObject({
      mailFrom: 'ann@one.example',
      mailParameters: `SIZE=${raw.length} RET=HDRS ENVID=id@one.example`,
      rcptParameters: ['NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@two.example'],
    });
    expect(server.pipelined).toBe(1);
  });

  test('without a return path asks for no word of its fate', async () => {
    const { server, relay } = await house();
    await relay.send(mail({ mailFrom: '' }));
    expect(server.messages[0]).toMatchObject({
      mailFrom: '',
      rcptParameters: ['NOTIFY=NEVER ORCPT=rfc822;bob@two.example'],
    });
  });

  test('goes step by step to a host that knows nothing', async () => {
    const { server, relay } = await house({ capabilities: [] });
    const recipients = ['a@two.example', 'b@two.example'];
    const results = await relay.send(mail({ recipients }));
    expect(results.map((r) => r.outcome)).toEqual(['sent', 'sent']);
    expect(server.pipelined).toBe(0);
    expect(server.commands).toEqual([
      'EHLO out.one.example',
      'MAIL FROM:<ann@one.example>',
      'RCPT TO:<a@two.example>',
      'RCPT TO:<b@two.example>',
      'DATA',
    ]);
  });

  test('goes to a host that only knows HELO', async () => {
    const { server, relay } = await house(at('EHLO', '502 5.5.1 what?'));
    expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(server.commands[1]).toBe('HELO out.one.example');
  });

  test('with 8-bit lines and internationalised addresses says so', async () => {
    const { server, relay } = await house();
    const needs = { smtputf8: true, eightBit: true };
    const raw = 'Subject: Přání\r\n\r\nčšž\r\n';
    const [result] = await relay.send(mail({ raw, needs, recipients: ['jiří@dvě.example'] }));
    expect(result?.outcome).toBe('sent');
    expect(server.messages[0]?.mailParameters).toContain('BODY=8BITMIME SMTPUTF8');
    expect(server.messages[0]?.rcptParameters).toEqual(['NOTIFY=FAILURE,DELAY ORCPT=utf-8;jiří@dvě.example']);
    expect(server.messages[0]?.bytes.toString('utf8')).toBe(raw);
  });

  test('many of them go by one connection, which takes its leave when nothing more comes', async () => {
    const { server, relay, deferred } = await house();
    for (let i = 0; i < 5; i++) expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(server.connections).toBe(1);
    await Promise.all(deferred);
    expect(server.commands.at(-1)).toBe('QUIT');
    expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(server.connections).toBe(2);
    await relay.close();
    await Promise.all(deferred);
  });

  test('at the same time go by as many connections as are allowed', async () => {
    const { server, relay } = await house();
    const results = await Promise.all(Array.from({ length: 20 }, () => relay.send(mail())));
    expect(results.flat().every((r) => r.outcome === 'sent')).toBe(true);
    expect(server.messages).toHaveLength(20);
    expect(server.connections).toBe(4);
  });
});

describe('what a host cannot take is refused before it is sent', () => {
  test.each([
    ['too large', { capabilities: ['SIZE 10'] }, {}, '5.3.4'],
    ['8-bit lines', { capabilities: ['SMTPUTF8'] }, { needs: { smtputf8: false, eightBit: true } }, '5.6.3'],
    [
      'UTF-8 headers',
      { capabilities: ['8BITMIME'] },
      { needs: { smtputf8: true, eightBit: false } },
      '5.6.7',
    ],
    ['a UTF-8 address', { capabilities: ['8BITMIME'] }, { recipients: ['jiří@two.example'] }, '5.6.7'],
  ])('%s', async (_, script, change, status) => {
    const { server, relay } = await house(script);
    expect(await relay.send(mail(change))).toMatchObject([{ outcome: 'failed', status }]);
    expect(server.commands).toEqual(['EHLO out.one.example']);
  });
});

describe('an address that is none', () => {
  test.each([
    'x@y.example>\r\nRCPT TO:<evil@z.example',
    'x@y.example\nDATA',
    '<x@y.example>',
    'x y@z.example',
    'x@y.example> NOTIFY=SUCCESS',
    'x@',
    '@y.example',
    'x\u2028@y.example',
    'x\0@y.example',
  ])('reaches no command: %j', async (address) => {
    const { server, relay } = await house();
    const results = await relay.send(mail({ recipients: [address, 'bob@two.example'] }));
    expect(results.map((r) => [r.outcome, r.status])).toEqual([
      ['failed', '5.1.3'],
      ['sent', '2.0.0'],
    ]);
    expect(server.messages.map((m) => m.recipients)).toEqual([['bob@two.example']]);
    expect(await relay.send(mail({ mailFrom: address }))).toMatchObject([
      { outcome: 'failed', status: '5.1.7' },
    ]);
    expect(server.messages).toHaveLength(1);
  });

  test('a quoted local part is one', async () => {
    const { relay } = await house();
    expect(await relay.send(mail({ recipients: ['"a b>\\"c"@two.example'] }))).toMatchObject([
      { outcome: 'sent' },
    ]);
  });
});

describe('a refusal', () => {
  const LIST: [string, SmtpVerb, string, string, string][] = [
    ['of the sender for good', 'MAIL', '550 5.7.1 no', 'failed', '5.7.1'],
    ['of the sender for now', 'MAIL', '451 4.3.0 later', 'retry', '4.3.0'],
    ['that asks for a sign-in', 'MAIL', '530 5.7.0 who are you', 'retry', '4.7.0'],
    ['of the recipient for good', 'RCPT', '550 5.1.1 unknown', 'failed', '5.1.1'],
    ['of the recipient for now', 'RCPT', '450-4.2.0 grey\r\n450 4.2.0 listed', 'retry', '4.2.0'],
    ['of too many recipients', 'RCPT', '552 too many', 'retry', '5.0.0'],
    ['of the message before it was sent', 'DATA', '554 5.7.1 no', 'failed', '5.7.1'],
    ['of the message after it was sent', 'END', '554 5.6.0 spam', 'failed', '5.6.0'],
    ['of the message after it was sent, for now', 'END', '452 4.3.1 full', 'retry', '4.3.1'],
    ['with a code of another class', 'END', '550 4.2.2 full', 'failed', '5.2.2'],
    ['without an enhanced code', 'RCPT', '553 no', 'failed', '5.0.0'],
  ];
  for (const capabilities of [ALL_CAPABILITIES, []]) {
    test.each(
      LIST,
    )(`%s ${capabilities.length > 0 ? '' : '(step by step)'}`, async (_, verb, say, outcome, status) => {
      const { server, relay } = await house({ capabilities, ...at(verb, say) });
      const [result] = await relay.send(mail());
      expect(result).toMatchObject({ outcome, status, host: 'localhost' });
      expect(result?.text).not.toMatch(/[\r\n]/);
      // The session goes on with the next message.
      server.messages.length = 0;
      const next = await relay.send(mail({ raw: 'Subject: y\r\n\r\n' }));
      if (verb === 'END' || verb === 'DATA') expect(next).toMatchObject([{ outcome }]);
      expect(server.connections).toBe(1);
    });
  }

  test('of one recipient leaves the others theirs', async () => {
    for (const capabilities of [ALL_CAPABILITIES, []]) {
      const { server, relay } = await house({
        capabilities,
        on: ({ verb, line }) => (verb === 'RCPT' && line.includes('<b@') ? '550 5.1.1 unknown' : undefined),
      });
      const results = await relay.send(mail({ recipients: ['a@x.example', 'b@x.example', 'c@x.example'] }));
      expect(results.map((r) => [r.address, r.outcome])).toEqual([
        ['a@x.example', 'sent'],
        ['b@x.example', 'failed'],
        ['c@x.example', 'sent'],
      ]);
      expect(server.messages[0]?.recipients).toEqual(['a@x.example', 'c@x.example']);
    }
  });

  test('of all recipients by a host that asks for the message all the same sends none', async () => {
    const { server, relay } = await house({
      on: ({ verb, message }) => {
        if (verb === 'RCPT' && message === 0) return '550 5.1.1 unknown';
        return undefined;
      },
    });
    const original = mail();
    let opened = 0;
    const results = await relay.send({
      ...original,
      open: () => {
        opened++;
        return original.open();
      },
    });
    expect(results).toMatchObject([{ outcome: 'failed', status: '5.1.1' }]);
    expect(opened).toBe(0);
    expect(server.messages).toEqual([]);
  });
});

describe('a fault', () => {
  const FAULTS: [string, SmtpReaction][] = [
    ['drop', 'drop'],
    ['silence', 'silence'],
    ['garbage', { raw: '\x00\xff\xfe garbage\r\n' }],
    ['half a reply', { raw: '25', and: 'drop' }],
    ['half a long reply', { raw: '250-one\r\n250-tw', and: 'drop' }],
    ['two codes in one reply', { raw: '250-one\r\n550 two\r\n' }],
    ['an endless line', { raw: `250 ${'x'.repeat(10_000)}` }],
    ['endless lines', { raw: '250-x\r\n'.repeat(500) }],
    ['leave', { say: '421 4.3.2 shutting down', and: 'drop' }],
  ];
  const BEFORE: SmtpVerb[] = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA'];
  for (const capabilities of [ALL_CAPABILITIES, []]) {
    for (const verb of BEFORE) {
      test.each(
        FAULTS,
      )(`before the message is out means again: ${verb}, %s${capabilities.length > 0 ? '' : ' (step by step)'}`, async (_, reaction) => {
        const { server, relay } = await house({ capabilities, ...at(verb, reaction) });
        expect((await relay.send(mail()))[0]?.outcome).toBe('retry');
        expect(server.messages).toEqual([]);
      });
    }
  }

  test.each(FAULTS)('after the final dot leaves it uncertain: %s', async (name, reaction) => {
    const { relay } = await house(at('END', reaction));
    // 421 is an answer: the host has not taken it.
    expect((await relay.send(mail()))[0]?.outcome).toBe(name === 'leave' ? 'retry' : 'uncertain');
  });

  test('after the final dot leaves a refused recipient refused', async () => {
    const { relay } = await house({
      on: ({ verb, line }) => {
        if (verb === 'RCPT' && line.includes('<b@')) return '550 5.1.1 unknown';
        return verb === 'END' ? 'drop' : undefined;
      },
    });
    const results = await relay.send(mail({ recipients: ['a@x.example', 'b@x.example'] }));
    expect(results.map((r) => r.outcome)).toEqual(['uncertain', 'failed']);
  });

  test('in the middle of the message means again, or what the host said of it', async () => {
    const raw = `Subject: x\r\n\r\n${'0123456789\r\n'.repeat(400_000)}`;
    const dropped = await house(at('BODY', 'drop'));
    expect((await dropped.relay.send(mail({ raw })))[0]?.outcome).toBe('retry');
    const refused = await house(at('BODY', { say: '552 5.3.4 too much', and: 'drop' }));
    expect((await refused.relay.send(mail({ raw })))[0]).toMatchObject({
      outcome: 'failed',
      status: '5.3.4',
    });
  });

  test('of our own storage never lets the host believe the message is whole', async () => {
    const { server, relay } = await house();
    const cut = mail({ size: 1000 });
    expect((await relay.send(cut))[0]?.outcome).toBe('retry');
    const broken = mail({
      size: 100,
      open: () =>
        new ReadableStream({
          start: (c) => c.enqueue(new Uint8Array(50).fill(65)),
          pull: (c) => c.error(new Error('storage is away')),
        }),
    });
    expect(await relay.send(broken)).toMatchObject([
      { outcome: 'retry', text: expect.stringContaining('storage is away') },
    ]);
    expect(server.messages).toEqual([]);
    expect(server.taken).toBe(0);
  });

  test('of a connection that was kept is made good by another one', async () => {
    const left = await house({
      on: ({ verb, message, connection }) =>
        verb === 'MAIL' && message === 1 && connection === 0 ? 'drop' : undefined,
    });
    const told = await house({
      on: ({ verb, message, connection }) =>
        verb === 'MAIL' && message === 1 && connection === 0
          ? { say: '421 4.4.2 idle for too long', and: 'drop' }
          : undefined,
    });
    for (const { server, relay } of [left, told]) {
      expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
      expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
      expect(server.connections).toBe(2);
      expect(server.messages).toHaveLength(2);
    }
  });

  test('where nobody listens, or the host may not be used, means again', async () => {
    const { server, relay, to, connect } = await house();
    await server.stop();
    expect(await relay.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.4.1' }]);
    const forbidden = createSmtpRelay(
      {
        connect,
        permit: () => Promise.reject(new Error('this address is private')),
        defer: () => undefined,
      },
      to,
      { maxBytes: 1000 },
    );
    expect(await forbidden.send(mail())).toMatchObject([
      { outcome: 'retry', text: expect.stringContaining('this address is private') },
    ]);
  });

  test('a slow host is waited for', async () => {
    const { relay } = await house({ on: () => ({ after: 20 }) });
    expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
  });
});
