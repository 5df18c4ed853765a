/**
 * Sends by the relay client to a real Postfix (Debian package postfix), which this starts with a configuration and a
 * queue of its own, and compares what arrived with what was sent. `node test/clients/postfix/postfix.check.ts`, as
 * root, since Postfix changes to users of its own; exits 3 when Postfix is not there.
 */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CarrierResult, Consignment } from '../../../core/ports/carrier.ts';
import {
  createSmtpRelay,
  DEFAULT_TIMEOUTS,
  probeRelay,
  type RelayHost,
} from '../../../outbound/smtp-relay/index.ts';
import { nodeConnect } from '../../support/node-connect.ts';
import { makeSmtpAuthority } from '../../support/smtp-authority.ts';
import { findPostfix, startPostfix } from './server.ts';

const program = findPostfix();
if (program === null) {
  console.error('postfix is not installed (Debian package postfix)');
  process.exit(3);
}
if (process.getuid?.() !== 0) {
  console.error('postfix can only be started by root: run this with sudo');
  process.exit(3);
}

const MAX_BYTES = 30_000_000;
const { authority, tls } = makeSmtpAuthority();
const postfix = await startPostfix(program, { tls, maxBytes: MAX_BYTES });

let passed = 0;
const failures: string[] = [];
function check(name: string, ok: boolean, detail: () => unknown): void {
  if (ok) passed++;
  else failures.push(`${name}: ${JSON.stringify(detail())?.slice(0, 1000)}`);
}

const deferred: Promise<unknown>[] = [];
const host = (security: RelayHost['security']): RelayHost => ({
  ...{ host: 'localhost', port: postfix.port, security, credentials: null, clearCredentials: false },
  ...{ heloName: 'out.one.test', timeouts: DEFAULT_TIMEOUTS },
});
const relayOf = (security: RelayHost['security']) =>
  createSmtpRelay(
    {
      connect: nodeConnect(authority),
      permit: async () => undefined,
      defer: (work) => void deferred.push(work),
    },
    host(security),
    { maxBytes: MAX_BYTES },
  );
const relays = { plain: relayOf('plain'), starttls: relayOf('starttls') };

let numbered = 0;
/** A message whose first field marks it, so that it is found again under what Postfix puts before it. */
function message(body: string | Buffer, header = ''): { mark: string; raw: Buffer } {
  const mark = `X-Check: ${++numbered}`;
  const head = `${mark}\r\nFrom: ann@one.test\r\nDate: Thu, 01 Oct 2026 12:00:00 +0000\r\nMessage-ID: <${numbered}@one.test>\r\n${header}\r\n`;
  return { mark, raw: Buffer.concat([Buffer.from(head, 'utf8'), Buffer.from(body as string, 'utf8')]) };
}

function consign(raw: Buffer, recipients: string[], change: Partial<Consignment> = {}): Consignment {
  return {
    mailFrom: 'ann@one.test',
    recipients,
    // In pieces, as storage gives it.
    open() {
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          if (at >= raw.length) return controller.close();
          controller.enqueue(new Uint8Array(raw.subarray(at, at + 4099)));
          at += 4099;
        },
      });
    },
    size: raw.length,
    needs: { smtputf8: false, eightBit: raw.some((byte) => byte > 127) },
    messageId: 'check@one.test',
    correlationId: 'check',
    ...change,
  };
}

/** What was filed for a recipient under this mark, without what Postfix put before it, with CRLF line ends. */
async function arrival(mark: string, recipient: string): Promise<Buffer | null> {
  for (let i = 0; i < 200; i++) {
    for (const one of postfix.arrived()) {
      const at = one.content.indexOf(`${mark}\n`);
      if (at >= 0 && one.recipient === recipient) {
        return Buffer.from(one.content.subarray(at).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
      }
    }
    await sleep(50);
  }
  return null;
}

/** What arrives when line ends are made CRLF and the last line has one. */
function normal(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
  return Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1');
}

async function arrives(
  name: string,
  body: string | Buffer,
  options: { header?: string; change?: Partial<Consignment>; to?: string } = {},
) {
  const to = options.to ?? 'bob@arrive.test';
  for (const [security, relay] of Object.entries(relays)) {
    const { mark, raw } = message(body, options.header);
    const [result] = await relay.send(consign(raw, [to], options.change));
    check(
      `${name}, ${security}: sent`,
      result?.outcome === 'sent' && result.remoteId !== undefined,
      () => result,
    );
    const got = await arrival(mark, to);
    check(`${name}, ${security}: the same bytes`, got?.equals(normal(raw)) === true, () => [
      raw.length,
      got?.length,
      got?.subarray(0, 300).toString('latin1'),
    ]);
  }
}

const outcomes = (results: CarrierResult[]) =>
  results.map((r) => `${r.address} ${r.outcome} ${r.status}`).join('; ');

try {
  for (const security of ['plain', 'starttls'] as const) {
    const probe = await probeRelay(nodeConnect(authority), host(security));
    const { pipelining, size, eightBitMime, smtpUtf8, dsn } = probe.capabilities;
    const all = pipelining && size === MAX_BYTES && eightBitMime && smtpUtf8 && dsn;
    check(
      `test of the relay, ${security}`,
      probe.ok && all && probe.encrypted === (security === 'starttls'),
      () => probe,
    );
  }
  await arrives('plain text', 'hello\r\n');
  await arrives('an empty body', '');
  await arrives('no line end at its end', 'hello');
  await arrives('dots', '.\r\n..\r\n...\r\n.a\r\n.\r\n\r\n.');
  await arrives('8-bit text', 'Příliš žluťoučký kůň\r\n', {
    header: 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n',
  });
  await arrives('long lines', `${'x'.repeat(998)}\r\n${'y'.repeat(998)}\r\n`);
  await arrives(
    'line ends of all kinds, and the end of a message among them',
    'a\nb\rc\r\n\n.\nd\r.\r\ne\n.\r\nMAIL FROM:<evil@one.test>\r\n',
  );
  await arrives('internationalised address and header', 'x\r\n', {
    to: 'jiří@arrive.test',
    header: 'Subject: Přání\r\n',
    change: { needs: { smtputf8: true, eightBit: true } },
  });
  await arrives('no return path', 'x\r\n', { change: { mailFrom: '' } });
  await arrives('an odd local part', 'x\r\n', { to: '"a b"@arrive.test' });
  const lines = randomBytes(15_000_000)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  await arrives('20 MB', lines);
  const dots = Buffer.from('.\r\n'.repeat(300_000));
  await arrives('nothing but dots', dots);

  const { mark, raw } = message('for several\r\n');
  const several = ['one@arrive.test', 'refused@arrive.test', 'two@arrive.test', 'later@arrive.test'];
  const results = await relays.plain.send(consign(raw, several));
  check(
    'several recipients, one refused, one for later',
    outcomes(results) ===
      'one@arrive.test sent 2.0.0; refused@arrive.test failed 5.1.1; two@arrive.test sent 2.0.0; later@arrive.test retry 4.2.0',
    () => results,
  );
  for (const to of ['one@arrive.test', 'two@arrive.test']) {
    check(`${to} has it`, (await arrival(mark, to)) !== null, () => postfix.log().slice(-2000));
  }
  const nobody = await relays.plain.send(consign(message('x').raw, ['refused@arrive.test']));
  check('no recipient is left', outcomes(nobody) === 'refused@arrive.test failed 5.1.1', () => nobody);
  await arrives('the next one on the same connection', 'x\r\n');
  const large = await relays.plain.send({
    ...consign(message('x').raw, ['one@arrive.test']),
    size: MAX_BYTES + 1,
  });
  check('too large', large[0]?.status === '5.3.4', () => large);

  const burst = Array.from({ length: 200 }, () => message('one of many\r\n'));
  const sent = await Promise.all(
    burst.map((one) => relays.plain.send(consign(one.raw, ['many@arrive.test']))),
  );
  check(
    '200 at once',
    sent.flat().every((r) => r.outcome === 'sent'),
    () =>
      sent
        .flat()
        .filter((r) => r.outcome !== 'sent')
        .slice(0, 3),
  );
  const last = burst.at(-1);
  if (last !== undefined) await arrival(last.mark, 'many@arrive.test');
  await sleep(2000);
  const many = postfix.arrived().filter((one) => one.recipient === 'many@arrive.test');
  check('each of them once', many.length === 200, () => many.length);
} finally {
  for (const relay of Object.values(relays)) await relay.close();
  await Promise.all(deferred);
  postfix.stop();
}

for (const failure of failures) console.error(`differs: ${failure}`);
console.log(`Postfix ${postfix.version}: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
