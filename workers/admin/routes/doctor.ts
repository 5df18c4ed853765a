import type { DoctorView } from '../../../shared/admin/doctor.ts';
import { type AddRoutes, by } from '../context.ts';

/** A look at every binding, secret and setting. It writes and removes an object, hence POST. */
export const addDoctorRoutes: AddRoutes = (app, { hooks, audit }) => {
  app.post('/doctor', async (c) => {
    const view = await hooks.doctor(new URL(c.req.url));
    await audit({
      ...by(c),
      tenantId: null,
      action: 'installation.doctor',
      resource: 'installation',
      details: { trouble: view.findings.filter(({ state }) => state === 'trouble').length },
    });
    return c.json<DoctorView>(view);
  });
};
