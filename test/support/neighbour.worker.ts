import type { DataMethods, OperationName } from '../../data-client/index.ts';

/** Another Worker of the account, which has the data service by a binding: calls what the path names with the body. */
export default {
  async fetch(request: Request, env: { DATA: { v1: DataMethods } }): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1) as OperationName;
    const input = (await request.json()) as never;
    try {
      return Response.json(await env.DATA.v1[name](input));
    } catch (error) {
      const { code, status, correlationId } = error as Record<string, unknown>;
      return Response.json({ code, status, correlationId }, { status: 500 });
    }
  },
};
