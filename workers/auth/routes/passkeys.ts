import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { Factor } from '../../../core/ports/sessions.ts';
import {
  addPasskey,
  byPasskey,
  passkeyAddOptions,
  passkeySignInOptions,
  passkeysIn,
} from '../../../platform/auth/browser/passkeys.ts';
import { startSession } from '../../../platform/auth/browser/session.ts';
import {
  type AddRoutes,
  mayBegin,
  meView,
  note,
  readBody,
  requireFreshSession,
  requireSession,
} from '../context.ts';
import { SignInError } from '../problem.ts';

const nothing = z.strictObject({});
const encoded = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url');
// Browsers say more than is looked at; what they will say one day is no mistake of theirs.
const credential = {
  id: encoded(1400),
  rawId: encoded(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}).default({}),
};
const addBody = z.strictObject({
  label: z.string().trim().max(100).default(''),
  response: z.object({
    ...credential,
    response: z.object({ clientDataJSON: encoded(8192), attestationObject: encoded(32_768) }),
  }),
});
const signInBody = z.strictObject({
  response: z.object({
    ...credential,
    response: z.object({
      ...{ clientDataJSON: encoded(8192), authenticatorData: encoded(8192), signature: encoded(4096) },
      userHandle: encoded(128),
    }),
  }),
});

/** Passkeys (Web Authentication), in place of password and code. */
export const addPasskeyRoutes: AddRoutes = (app, services) => {
  const { directory } = services;

  app.get('/passkeys', async (c) => {
    const { session } = await requireSession(c, services);
    const factors = await directory.listFactors(session.tenantId, session.userId);
    return c.json({ items: passkeysIn(factors).map(view), cursor: null });
  });

  app.post('/passkeys/options', async (c) => {
    await readBody(c, nothing);
    const { principal } = await requireFreshSession(c, services);
    return c.json(await passkeyAddOptions(c.req.raw, services, principal.user));
  });

  app.post('/passkeys', async (c) => {
    const body = await readBody(c, addBody);
    const { principal } = await requireFreshSession(c, services);
    const made = await addPasskey(c.req.raw, services, principal.user, body);
    if (made === null) throw new SignInError('not-accepted', 'the passkey does not hold');
    const { factorId } = made;
    note(c, services, principal.user, { action: 'passkey.add', details: { passkey: factorId } });
    return c.json(view(made), 201);
  });

  app.delete('/passkeys/:passkeyId', async (c) => {
    const { session } = await requireFreshSession(c, services);
    const { tenantId, userId } = session;
    const passkey = c.req.param('passkeyId');
    const known = passkeysIn(await directory.listFactors(tenantId, userId));
    const gone =
      known.some(({ factorId }) => factorId === passkey) &&
      (await directory.removeFactor(tenantId, userId, passkey));
    if (!gone) throw new NotFoundError('no such passkey');
    note(c, services, session, { action: 'passkey.remove', details: { passkey } });
    return c.body(null, 204);
  });

  app.post('/login/passkey/options', async (c) => {
    await readBody(c, nothing);
    await mayBegin(c, services);
    return c.json(await passkeySignInOptions(c.req.raw, services));
  });

  app.post('/login/passkey', async (c) => {
    const { response } = await readBody(c, signInBody);
    const principal = await byPasskey(c.req.raw, services, response);
    if (principal === null) throw new SignInError('not-accepted', 'the passkey does not hold');
    const { session, cookie } = await startSession(c.req.raw, services, principal, 'passkey');
    note(c, services, principal.user, {
      action: 'sign-in',
      details: { method: 'passkey', passkey: response.id },
    });
    c.header('set-cookie', cookie, { append: true });
    return c.json(meView(principal, session));
  });
};

function view({ factorId, label, createdAt, lastUsedAt }: Factor) {
  return { passkeyId: factorId, label, createdAt, lastUsedAt };
}
