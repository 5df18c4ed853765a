import { problemContent } from '../../../platform/openapi/document.ts';
import type { Json, SchemaWriter } from '../../../platform/openapi/schemas.ts';
import { problem } from '../../../shared/admin/common.ts';
import { ERROR_STATUS, type ErrorCode } from '../problem.ts';

interface Facts {
  method: string;
  body: boolean;
  /** Takes an Idempotency-Key. */
  acts: boolean;
  errors: readonly ErrorCode[];
}

/** The code of what is no fault of the caller (problem.ts). */
const UNAVAILABLE = 'unavailable';

function codesOf({ method, body, acts, errors }: Facts): readonly (ErrorCode | typeof UNAVAILABLE)[] {
  return [
    ...(['invalid-input', 'unauthorized', 'forbidden', 'not-found', 'too-many-requests'] as const),
    ...(method === 'GET' ? [] : (['too-large'] as const)),
    ...(body ? (['unsupported-media-type'] as const) : []),
    ...(acts ? (['in-progress', 'already-done', 'idempotency-key-reused'] as const) : []),
    ...errors,
    UNAVAILABLE,
  ];
}

/** Errors of an operation by their status, each the same in all operations where its codes are the same. */
export function errorAnswers(facts: Facts, schemas: SchemaWriter, responses: Record<string, Json>): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of codesOf(facts)) {
    const status = code === UNAVAILABLE ? 503 : ERROR_STATUS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].map(([status, codes]) => {
    const sorted = [...new Set(codes)].sort();
    const name = [status, ...sorted].join('_');
    responses[name] ??= {
      description: sorted.map((code) => `\`${code}\``).join(', '),
      ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
      content: problemContent({
        allOf: [
          schemas.write(problem),
          { type: 'object', properties: { status: { const: status }, code: { enum: sorted } } },
        ],
      }),
    };
    return [status, { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(answers) as Json;
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to come again.', schema: { type: 'integer' } },
};
