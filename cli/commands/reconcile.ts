import type { ReconcileView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const reconcile = defineCommand({
  name: 'reconcile',
  summary: 'run the reconciler now: finds mail without a row, and rows without mail',
  positionals: [],
  flags: {
    all: {
      type: 'boolean',
      help: 'the whole bucket, and not only the last two days and a piece of the rest',
    },
  },
  async run({ flags, out }) {
    const rounds = await withLocalServer(async ({ admin }) => {
      const views = [await admin.post<ReconcileView>('/reconcile')];
      // A first end may be that of a sweep which began long ago: the whole bucket is from one end to the next.
      let ends = Number(views[0]?.sweep.complete);
      while (flags.all && ends < 2) {
        const view = await admin.post<ReconcileView>('/reconcile');
        views.push(view);
        ends += Number(view.sweep.complete);
      }
      return views;
    });
    out.result(rounds, () => out.line('Reconciled.'));
  },
});
