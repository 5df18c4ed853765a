import { parseXml, XmlError } from '../../../codecs/soap/parse.ts';
import { at } from '../../../codecs/soap/read.ts';
import { NAMESPACES, writeTyped } from '../../../codecs/soap/write.ts';
import type { Principal } from '../../../core/identity/types.ts';
import type { Subscription } from '../../../core/live/types.ts';
import { isStillSignedIn } from '../../../platform/auth/standing.ts';
import { checkHost, HostRefused } from '../../../platform/host-check.ts';
import { newId } from '../../../platform/ids.ts';
import type { PushOutcome, SubscriptionProgress } from '../../../platform/live-port.ts';
import { describeError } from '../../../platform/log.ts';
import type { Services } from '../../../platform/services.ts';
import { EwsError } from '../errors.ts';
import { DECLARATION } from '../http/envelope.ts';
import { SUCCESS } from '../response-messages.ts';
import { newsOf, notification } from './news.ts';

const HTTPS = 443;
const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 32 * 1024;
const MAX_URL = 1024;
/** Attempts in a row, and the pauses between them; then the subscription ends (MS-OXWSNTIF 3.1.4.3). */
const PAUSES_MS = [30_000, 60_000, 120_000, 300_000, 600_000] as const;

type HostRules = Pick<Services, 'config' | 'dns'>;

/**
 * The address of a client, checked: https with its usual port, no credentials, no host of this or a private network (A06,
 * A60). Where private networks are allowed, as on a laptop, a program on the machine itself may listen in clear.
 * @throws EwsError ErrorInvalidPushSubscriptionUrl
 */
export async function checkedPushUrl(services: HostRules, text: string): Promise<string> {
  const refused = new EwsError(
    'ErrorInvalidPushSubscriptionUrl',
    'The URL of the subscription is not allowed.',
  );
  if (text.length > MAX_URL || !URL.canParse(text)) throw refused;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refused;
  try {
    await checkTarget(services, url);
  } catch {
    throw refused;
  }
  return url.href;
}

async function checkTarget({ config, dns }: HostRules, url: URL): Promise<void> {
  const { allowPrivate } = config.relayHosts;
  const own = allowPrivate && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) {
    throw new HostRefused('name', 'only https is allowed');
  }
  const port = url.port === '' ? HTTPS : Number(url.port);
  await checkHost(dns, url.hostname, port, { ports: own ? [port] : [HTTPS], allowPrivate });
}

/** Sends what is new, or that nothing is, to the address of a subscription. */
export async function pushNews(
  services: Services,
  subscription: Subscription,
  now: number,
): Promise<PushOutcome> {
  const { push: target, ref, userId, subscriptionId } = subscription;
  if (target === null) return { kind: 'over' };
  const correlationId = newId();
  const log = services.log.with({
    correlationId,
    edge: 'ews',
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
  });
  const failed = (reason: string): PushOutcome => {
    const pause = PAUSES_MS[target.failures];
    log.warn('ews.push-failed', { subscriptionId, reason, failures: target.failures + 1 });
    return pause === undefined ? { kind: 'over' } : { kind: 'failed', retryAt: now + pause };
  };
  try {
    const found = await services.directory.getUser(ref.tenantId, userId);
    if (found === null) return { kind: 'over' };
    const credentialId = subscription.credentialId ?? null;
    // By which kind of credential is in the directory, when there is one.
    const method = credentialId === null ? 'oidc' : 'password';
    const principal: Principal = { ...found, signIn: { method, credentialId } };
    if (!(await isStillSignedIn(services, principal))) return { kind: 'over' };
    const { message, progress, sees } = await nextMessage(
      services,
      principal,
      subscription,
      now,
      correlationId,
    );
    if (!sees) return { kind: 'over' };
    // Something happened, but nothing of what is watched.
    if (message === null) return { kind: 'done', sent: false, progress };
    const said = await send(services, target.url, message);
    if (said === 'Unsubscribe') return { kind: 'over' };
    if (said !== 'OK') return failed(said);
    log.info('ews.pushed', { subscriptionId });
    return { kind: 'done', sent: true, progress };
  } catch (error) {
    if (error instanceof EwsError) return { kind: 'over' };
    return failed(describeError(error));
  }
}

async function nextMessage(
  services: Services,
  principal: Principal,
  subscription: Subscription,
  now: number,
  correlationId: string,
): Promise<{ message: string | null; progress: SubscriptionProgress; sees: boolean }> {
  const { position: after, push } = subscription;
  const news = await newsOf(services, principal, subscription, { after, marks: true, correlationId });
  const expiresAt = now + subscription.keptMs;
  const progress = { position: news.position, tree: news.tree, expiresAt };
  // That what was watched has gone is told before the subscription ends.
  const sees = news.sees || news.events.length > 0;
  if (news.events.length === 0 && now < (push?.statusAt ?? 0)) return { message: null, progress, sees };
  const body = writeTyped(
    { name: 'SendNotification', prefix: 'm', type: 'm:SendNotificationResponseType' },
    {
      ResponseMessages: {
        $: [
          [
            'SendNotificationResponseMessage',
            { ...SUCCESS, Notification: notification(subscription, news, after) },
          ],
        ],
      },
    },
  );
  const { s, t, m } = NAMESPACES;
  const message =
    `${DECLARATION}<s:Envelope xmlns:s="${s}" xmlns:t="${t}" xmlns:m="${m}"><s:Header>` +
    `<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>${body.join('')}</s:Body></s:Envelope>`;
  return { message, progress, sees };
}

/** What the client says to it, or why it says nothing. */
async function send(services: HostRules, url: string, message: string): Promise<string> {
  try {
    // Again, for the name may lead elsewhere by now (A60).
    await checkTarget(services, new URL(url));
  } catch (error) {
    return error instanceof HostRefused ? `host ${error.reason}` : 'no DNS';
  }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      soapaction: '"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"',
    },
    body: message,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return `status ${response.status}`;
  }
  return saidIn(await readLimited(response));
}

function saidIn(text: string | null): string {
  if (text === null) return 'answer too long';
  try {
    const status = at(
      parseXml(text, { nodes: 100, depth: 20 }),
      'Body',
      'SendNotificationResult',
      'SubscriptionStatus',
    );
    return status?.text.trim() ?? 'answer without a status';
  } catch (error) {
    if (error instanceof XmlError) return 'answer that cannot be read';
    throw error;
  }
}

async function readLimited(response: Response): Promise<string | null> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    text += decoder.decode(next.value, { stream: true });
    if (text.length > MAX_ANSWER) {
      await reader?.cancel();
      return null;
    }
  }
  return text;
}
