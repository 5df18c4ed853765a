/** What deploy/observability asks of Prometheus. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../../deploy/observability/', import.meta.url);

export interface Asked {
  /** Where it stands: board and panel. */
  where: string;
  expression: string;
}

interface Board {
  uid: string;
  title: string;
  panels: { title: string; targets: { expr: string }[] }[];
  templating: { list: { name: string; type: string; definition?: string }[] };
}

export function boards(): Board[] {
  const folder = new URL('dashboards/', FOLDER);
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Board);
}

/** Every expression of every panel, as it is when all installations are shown. */
export function panelExpressions(): Asked[] {
  return boards().flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({
        where: `${title}: ${panel.title}`,
        expression: expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*'),
      })),
    ),
  );
}

export function ruleFile(name: string): string {
  return fileURLToPath(new URL(`prometheus/${name}`, FOLDER));
}
