/** The whole pipeline over a connection to PostgreSQL that breaks in every way: nothing is lost, nothing doubled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckView } from '../../shared/admin-api.ts';
import { startTcpProxy, type TcpProxy, type WireFault } from '../faults/tcp-proxy.ts';
import { Phone } from '../protocol/phone.ts';
import { sendingKit } from '../protocol/sending-kit.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { seeded } from '../support/in-process/pace.ts';
import { buildMail } from '../support/mail.ts';

const FAULTS: WireFault[] = ['refuse', 'cutBefore', 'cutAfter', 'cutAnswer', 'delay'];
/** Of a hundred connections so many have a fault. */
const SHARE = 55;
const LETTERS = 60;
const SENT = 20;
const [ANN, BOB] = ['ann@wire-faults.test', 'bob@wire-faults.test'];

let waypost: InProcess;
let proxy: TcpProxy;
let behind: string | null = null;

beforeAll(async () => {
  let direct = '';
  waypost = await startInProcess({
    store: 'postgres',
    wrap(env) {
      direct = (env['HYPERDRIVE'] as { connectionString: string }).connectionString;
      const HYPERDRIVE = {
        get connectionString() {
          return behind ?? direct;
        },
      };
      return { ...env, HYPERDRIVE };
    },
  });
  const url = new URL(direct);
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  behind = url.href;
}, 120_000);
afterAll(async () => {
  behind = null;
  await waypost?.stop();
  await proxy?.stop();
});

/** Does it again until it is done, as senders and devices do. */
async function until(act: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt++) if (await act().catch(() => false)) return;
  throw new Error('it was never done');
}

test('F8 I6 I9 I16 I23: receiving and sending while connections are refused, cut and reset', async () => {
  const kit = sendingKit(() => waypost);
  for (const address of [ANN, BOB]) await waypost.addUser(address, 'a-password');
  const ann = await new Phone(waypost, ANN, 'a-password').start();

  const chance = seeded(7);
  proxy.plan = () => (chance() * 100 < SHARE ? (FAULTS[Math.floor(chance() * FAULTS.length)] ?? null) : null);
  const letters = Array.from({ length: LETTERS }, (_, n) => `letter ${n}`);
  for (const subject of letters) {
    const raw = buildMail({ to: ANN, subject, text: 'Words.' });
    await until(async () => (await waypost.email('eve@elsewhere.test', ANN, raw)).outcome === 'ok');
  }
  const sent = Array.from({ length: SENT }, (_, n) => `sent ${n}`);
  for (const subject of sent) {
    // The same request again: the device does not know what became of the first.
    const request = kit.request('SendMail', kit.plain(ann, BOB, subject), kit.save);
    await until(async () => {
      const answer = await ann.post('SendMail', request);
      return answer.status === 200 && answer.bytes.length === 0;
    });
  }
  await waypost.drain();
  proxy.plan = () => null;
  const struck = FAULTS.map((fault) => proxy.struck[fault]);
  expect(Math.min(...struck), `every fault struck: ${struck}`).toBeGreaterThan(0);

  // What no attempt could do stands in the dead letters, from where it comes back.
  await waypost.admin('POST', '/dead-letters/replay', {});
  for (const cron of ['manual', '*/15 * * * *']) await waypost.scheduled(cron);
  await waypost.drain();

  const bob = new Phone(waypost, BOB, 'a-password');
  const subjects = async (phone: Phone, type: string) => kit.subjects(await kit.list(phone, type)).sort();
  await bob.start();
  expect(await subjects(ann, '2')).toEqual([...letters].sort());
  expect(await subjects(ann, '5')).toEqual([...sent].sort());
  expect(await subjects(bob, '2')).toEqual([...sent].sort());
  const { findings } = await waypost.admin<CheckView>('POST', '/check', { young: true, cursor: null });
  expect(findings).toEqual([]);
}, 240_000);
