import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  /** CPU used so far by all of them; 0 where the system does not tell. */
  cpuSeconds: number;
  /** Resident memory of all of them. */
  megabytes: number;
  pids: number[];
}

/** Clock ticks in a second of /proc (sysconf(_SC_CLK_TCK) is 100 on every Linux that runs Node). */
const TICKS = 100;

/** What the workerd processes below a process use. Only Linux tells; elsewhere everything is 0. */
export function workerdProcesses(root: number = process.pid): ProcessUse {
  const use: ProcessUse = { cpuSeconds: 0, megabytes: 0, pids: [] };
  let entries: string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return use;
  }
  const stats = new Map(entries.flatMap((name) => statOf(Number(name))));
  const below = new Set([root]);
  // Parents first, whatever the order of the pids.
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, { parent }] of stats) {
      if (below.has(parent) && !below.has(pid)) grown = below.add(pid) !== undefined;
    }
  }
  for (const [pid, stat] of stats) {
    if (!below.has(pid) || stat.name !== 'workerd') continue;
    use.pids.push(pid);
    use.cpuSeconds += stat.ticks / TICKS;
    use.megabytes += stat.megabytes;
  }
  return use;
}

interface Stat {
  name: string;
  parent: number;
  ticks: number;
  megabytes: number;
}

function statOf(pid: number): [number, Stat][] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const close = text.lastIndexOf(')');
    const fields = text.slice(close + 2).split(' ');
    return [
      [
        pid,
        {
          name: text.slice(text.indexOf('(') + 1, close),
          parent: Number(fields[1]),
          ticks: Number(fields[11]) + Number(fields[12]),
          megabytes: (Number(fields[21]) * 4096) / 1e6,
        },
      ],
    ];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
