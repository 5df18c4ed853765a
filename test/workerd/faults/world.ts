import { canonicalAddress } from '../../../core/mail/recipients.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import { createMemoryDns } from '../../../platform/dns/memory.ts';
import type { Env } from '../../../platform/env.ts';
import { newId } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/log.ts';
import { createMailAuth } from '../../../platform/mail-auth/index.ts';
import type { Services } from '../../../platform/services.ts';
import { AdmissionCache } from '../../../workers/email-inbound/admission.ts';
import { createEmailInbound } from '../../../workers/email-inbound/index.ts';
import { buildServices } from '../../../workers/index.ts';
import { createQueueConsumers } from '../../../workers/queue-consumers/index.ts';
import { reconcile } from '../../../workers/scheduled/reconcile.ts';
import { streamOf, withHop } from '../../support/mail.ts';
import { type Fault, type FaultRun, faulty } from './faulty.ts';
import { SimulatedQueues } from './simulated-queues.ts';

/** One mail as its sender sees it: offered until it is accepted. */
export interface Sending {
  from: string;
  to: string;
  raw: Uint8Array;
}

export interface WorldLog {
  level: string;
  event: string;
  fields: Record<string, unknown>;
}

/** Short because a hanging call is waited for in full; long enough for a mail that nothing happens to. */
const DEADLINE_MS = 1000;

/**
 * A tenant of its own with its mailboxes, the real stores, and queues that survive. `email`, `pump` and `reconcile`
 * run in an isolate that may be under a fault plan; `restart` gives the next one a healthy one.
 */
export class World {
  readonly tenantId = newId();
  readonly domain = `${newId()}.example`;
  readonly queues = new SimulatedQueues();
  readonly lines: WorldLog[] = [];
  /** Texts given to setReject. */
  readonly rejected: string[] = [];
  readonly refs = new Map<string, MailboxRef>();
  readonly #env: Env;
  #services: Services;
  run: FaultRun;
  #hop = 0;

  constructor(env: Env) {
    this.#env = { ...env, ...this.queues.bindings() };
    const isolate = this.#isolate([]);
    this.#services = isolate.services;
    this.run = isolate.run;
  }

  get services(): Services {
    return this.#services;
  }

  #isolate(plan: readonly Fault[]): { services: Services; run: FaultRun } {
    const { env, run } = faulty(this.#env, plan);
    const services = buildServices(env, { waitUntil: (work) => void work });
    return {
      services: { ...services, mailAuth: createMailAuth(createMemoryDns()), log: this.#logger() },
      run,
    };
  }

  #logger(): Logger {
    const at =
      (level: string) =>
      (event: string, fields: Record<string, unknown> = {}) =>
        void this.lines.push({ level, event, fields });
    const log: Logger = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: () => log,
    };
    return log;
  }

  /** A fresh isolate; what the old one held in memory is gone. */
  restart(plan: readonly Fault[] = []): void {
    const isolate = this.#isolate(plan);
    this.#services = isolate.services;
    this.run = isolate.run;
  }

  async setUp(names: readonly string[], shard = 'MAIL_1'): Promise<void> {
    const { directory, mail, now } = this.#services;
    await directory.createTenant({ tenantId: this.tenantId, name: 'T', status: 'active', mailShard: shard });
    await directory.createDomain({
      domain: this.domain,
      tenantId: this.tenantId,
      catchAllUserId: null,
      enabled: true,
    });
    for (const name of names) {
      const ref: MailboxRef = { tenantId: this.tenantId, mailboxId: newId(), shard };
      await mail.mailbox(ref).create(now());
      await directory.createUser({
        userId: ref.mailboxId,
        tenantId: this.tenantId,
        address: canonicalAddress(this.address(name)) ?? '',
        displayName: name,
        status: 'active',
        quotaBytes: 1_000_000_000,
        createdAt: now(),
      });
      this.refs.set(name, ref);
    }
  }

  address(name: string): string {
    return `${name}@${this.domain}`;
  }

  ref(name: string): MailboxRef {
    const ref = this.refs.get(name);
    if (ref === undefined) throw new Error(`no mailbox ${name}`);
    return ref;
  }

  /** Offers a mail once. True when it was accepted; every offer comes over another hop. */
  async email({ from, to, raw }: Sending): Promise<boolean> {
    this.#hop++;
    const bytes = withHop(raw, `hop${this.#hop}.example`);
    const handler = createEmailInbound(this.#services, {
      deadlineMs: DEADLINE_MS,
      cache: new AdmissionCache(),
    });
    const attempt = handler({
      from,
      to,
      headers: new Headers(),
      raw: streamOf(bytes),
      rawSize: bytes.length,
      setReject: (reason) => void this.rejected.push(reason),
    }).then(
      () => true,
      () => false,
    );
    // A hanging call does not end the handler: its own deadline does (I2). A crash ends everything.
    return Promise.race([attempt, this.#crashed().then(() => false)]);
  }

  async #crashed(): Promise<void> {
    await this.run.stuck;
    await new Promise((resolve) => setTimeout(resolve, DEADLINE_MS * 2));
  }

  /** Offers a mail until it is accepted, in healthy isolates after the first try. */
  async send(sending: Sending): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await this.email(sending)) return;
      this.restart();
    }
    throw new Error('the mail was never accepted');
  }

  /** Delivers queue messages until there are none, or the isolate is gone. */
  async pump(): Promise<void> {
    const consume = createQueueConsumers(this.#services);
    let gone = false;
    void this.run.stuck.then(() => {
      gone = true;
    });
    for (let batches = 0; !gone && batches < 500; batches++) {
      if (!(await this.queues.deliver(consume, this.run.stuck))) return;
    }
    if (!gone) throw new Error('the queues never became empty');
  }

  /** The reconciler, looking at this very moment, and at no other world's tenant. */
  async reconcile() {
    const { directory } = this.#services;
    const listTenants = async () =>
      (await directory.listTenants()).filter((t) => t.tenantId === this.tenantId);
    const services = { ...this.#services, directory: { ...directory, listTenants } };
    return reconcile(services, { minAgeMs: -60_000, random: () => 0, sampleMailboxes: 50 });
  }

  logged(event: string): WorldLog[] {
    return this.lines.filter((line) => line.event === event);
  }
}
