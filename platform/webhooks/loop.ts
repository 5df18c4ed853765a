/** What our own requests to webhooks call themselves. */
export const WEBHOOK_AGENT = 'Waypost-Webhooks/1';

/**
 * The answer to an event that came back to an installation by a name that nobody knew for its own: what it does here
 * would be the next event. null for all other requests.
 */
export function refuseLoop(request: Request): Response | null {
  if (request.headers.get('user-agent') !== WEBHOOK_AGENT) return null;
  return new Response('loop detected\n', { status: 508, headers: { 'cache-control': 'no-store' } });
}
