import { z } from 'zod';

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const schema = z.object({
  STORE: z.enum(['d1', 'postgres']).default('d1'),
  AUTHSERV_ID: z.string().min(1).default('mx.waypost.local'),
  PING_HOLD_MAX_S: integer(1, 3540).default(280),
  MAX_MESSAGE_BYTES: integer(1024, 26_214_400).default(26_214_400),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  ADMIN_TOKEN: z.string().min(16).optional(),
});

export interface Config {
  store: 'd1' | 'postgres';
  /** authserv-id (RFC 8601 2.5) under which the platform's own authentication results are trusted. */
  authservId: string;
  pingHoldMaxSeconds: number;
  maxMessageBytes: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Bearer token of the admin API; without it the API is closed. */
  adminToken: string | null;
}

/** Reads and checks the plain variables of the environment. Throws one error that names every bad variable. */
export function parseConfig(env: Record<string, unknown>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const bad = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    throw new Error(`configuration: ${bad}`);
  }
  const v = parsed.data;
  return {
    store: v.STORE,
    authservId: v.AUTHSERV_ID,
    pingHoldMaxSeconds: v.PING_HOLD_MAX_S,
    maxMessageBytes: v.MAX_MESSAGE_BYTES,
    logLevel: v.LOG_LEVEL,
    adminToken: v.ADMIN_TOKEN ?? null,
  };
}
