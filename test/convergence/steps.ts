import type { Act } from './backstage-wire.ts';
import { Random } from './random.ts';

/**
 * What the transport does to a request. noRequest: it never arrives. noAnswer: it is carried out and its answer is
 * lost. twice, atOnce: it arrives two times, one after the other or together; the device gets the answer to the
 * last, or with First the one to the first.
 */
export type Fault = 'none' | 'noRequest' | 'noAnswer' | 'twice' | 'twiceFirst' | 'atOnce' | 'atOnceFirst';

/** A change that a device makes in one of its folders. */
export interface EditWish {
  what: 'read' | 'flag' | 'categories' | 'delete' | 'fetch' | 'addDraft' | 'saveDraft' | 'sendDraft';
  pick: number;
  value: number;
}

/** Something that a device does in a folder of events, contacts, tasks or notes. */
export interface ItemWish {
  what: 'add' | 'change' | 'delete' | 'fetch';
  pick: number;
  value: number;
}

/** New options of a collection. */
export interface OptionsWish {
  filterType: number;
  conflict: 'client' | 'server';
  conversationMode: boolean;
}

/** Numbers choose among what is there at the moment, so that a step means something without those before it. */
export type Step =
  | { kind: 'deliver'; user: number; count: number; ageDays: number; reply: number; email: boolean }
  | { kind: 'act'; user: number; act: Act }
  | {
      kind: 'sync';
      device: number;
      /** Which folders; none means all of them. */
      folders: number[];
      window: number;
      /** WindowSize of the whole request. */
      overall: number | null;
      getChanges: boolean;
      asMoves: boolean;
      options: OptionsWish | null;
      edits: EditWish[];
      /** The device has lost its unanswered changes. */
      forget: boolean;
      fault: Fault;
    }
  /** The same of folders of events, contacts, tasks and notes. */
  | {
      kind: 'syncItems';
      device: number;
      folders: number[];
      window: number;
      getChanges: boolean;
      asMoves: boolean;
      options: OptionsWish | null;
      edits: ItemWish[];
      forget: boolean;
      fault: Fault;
    }
  | { kind: 'emptySync' | 'partialSync'; device: number; fault: Fault }
  | { kind: 'folderSync'; device: number; restart: boolean; fault: Fault }
  | {
      kind: 'folderChange';
      device: number;
      what: 'create' | 'update' | 'delete';
      pick: number;
      value: number;
      fault: Fault;
    }
  | {
      kind: 'moveItems';
      device: number;
      /** Not of mail. */
      items: boolean;
      folder: number;
      to: number;
      picks: number[];
      fault: Fault;
    }
  | { kind: 'fetch'; device: number; folder: number; pick: number; fault: Fault }
  | { kind: 'empty'; device: number; subfolders: boolean; fault: Fault }
  | { kind: 'sendMail'; device: number; to: number; save: boolean; faults: Fault[] }
  | { kind: 'ping' | 'longSync'; device: number; evict: boolean; fault: Fault }
  | { kind: 'restart' | 'garbageKey'; device: number; folder: number }
  | { kind: 'evict'; device: number }
  /** Steps of different devices at the same time. */
  | { kind: 'together'; steps: Step[] };

export type StepKind = Step['kind'];

/** How often each kind comes. */
const WEIGHTS: Partial<Record<StepKind, number>> = {
  sync: 40,
  syncItems: 24,
  deliver: 9,
  act: 15,
  together: 9,
  emptySync: 2,
  partialSync: 2,
  folderSync: 3,
  folderChange: 4,
  moveItems: 7,
  fetch: 3,
  empty: 1,
  sendMail: 2,
  ping: 1.2,
  longSync: 1,
  restart: 1,
  garbageKey: 0.5,
  evict: 1,
};

const FAULTS: Record<Fault, number> = {
  none: 60,
  noRequest: 8,
  noAnswer: 14,
  twice: 5,
  twiceFirst: 3,
  atOnce: 6,
  atOnceFirst: 4,
};

const EDITS: Record<EditWish['what'], number> = {
  read: 10,
  flag: 6,
  categories: 5,
  delete: 6,
  fetch: 1,
  addDraft: 4,
  saveDraft: 4,
  sendDraft: 1,
};

const ITEM_EDITS: Record<ItemWish['what'], number> = { add: 8, change: 9, delete: 4, fetch: 1 };

const ACTS: Record<Act['what'], number> = {
  read: 10,
  flag: 5,
  categories: 5,
  move: 9,
  remove: 4,
  createFolder: 1,
  renameFolder: 1,
  deleteFolder: 0.4,
  changeItem: 9,
  touchItem: 4,
  moveItem: 4,
  removeItem: 2,
};

/** Days well away from the edges of every FilterType. */
const AGES = [0, 0, 0, 0, 2, 5, 10, 20, 60];
const FILTERS = [0, 0, 0, 1, 2, 3, 4, 5];
const NUMBERS = 1_000_000;

export interface Cast {
  users: number;
  devices: number;
  /** Kinds that the server cannot do. */
  without: ReadonlySet<StepKind>;
}

/** The steps of a seed. */
export function stepsOf(seed: number, count: number, cast: Cast): Step[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => newStep(random, cast, WEIGHTS));
}

function newStep(random: Random, cast: Cast, weights: Partial<Record<StepKind, number>>): Step {
  const kind = random.weighted(weights);
  const device = random.below(cast.devices);
  const user = random.below(cast.users);
  const fault = random.weighted(FAULTS);
  const number = () => random.below(NUMBERS);
  const step = ((): Step => {
    switch (kind) {
      case 'deliver':
        return {
          ...{ kind, user, count: 1 + random.below(4), ageDays: random.pick(AGES) },
          ...{ reply: random.chance(0.3) ? number() : -1, email: random.chance(0.05) },
        };
      case 'act':
        return {
          ...{ kind, user },
          act: { what: random.weighted(ACTS), folder: number(), pick: number(), value: number() },
        };
      case 'sync':
        return newSync(random, device, fault);
      case 'syncItems':
        return newSyncItems(random, device, fault);
      case 'folderSync':
        return { kind, device, restart: random.chance(0.1), fault };
      case 'folderChange': {
        const what = random.weighted({ create: 4, update: 3, delete: 2 });
        return { kind, device, what, pick: number(), value: number(), fault };
      }
      case 'moveItems': {
        const picks = Array.from({ length: 1 + random.below(3) }, number);
        const items = random.chance(0.35);
        return { kind, device, items, folder: number(), to: number(), picks, fault };
      }
      case 'fetch':
        return { kind, device, folder: number(), pick: number(), fault };
      case 'empty':
        return { kind, device, subfolders: random.chance(0.3), fault };
      case 'sendMail': {
        const faults = Array.from({ length: 1 + random.below(3) }, () => random.weighted(FAULTS));
        return { kind, device, to: user, save: random.chance(0.7), faults };
      }
      case 'ping':
      case 'longSync':
        return { kind, device, evict: random.chance(0.15), fault };
      case 'restart':
      case 'garbageKey':
        return { kind, device, folder: number() };
      case 'evict':
        return { kind, device };
      case 'together':
        return together(random, cast);
      default:
        return { kind, device, fault };
    }
  })();
  return cast.without.has(step.kind) ? newSync(random, device, fault) : step;
}

function newSync(random: Random, device: number, fault: Fault): Step {
  const number = () => random.below(NUMBERS);
  const many = random.chance(0.35) ? 1 + random.below(4) : random.chance(0.2) ? 0 : 1;
  return {
    ...{ kind: 'sync', device, folders: Array.from({ length: many }, number) },
    window: random.pick([1, 2, 3, 5, 10, 25, 100]),
    overall: random.chance(0.15) ? random.pick([1, 4, 10, 50]) : null,
    getChanges: !random.chance(0.1),
    asMoves: random.chance(0.7),
    options: random.chance(0.12)
      ? {
          filterType: random.pick(FILTERS),
          conflict: random.chance(0.5) ? 'client' : 'server',
          conversationMode: random.chance(0.3),
        }
      : null,
    edits: random.chance(0.45)
      ? Array.from({ length: 1 + random.below(4) }, () => ({
          ...{ what: random.weighted(EDITS), pick: number(), value: number() },
        }))
      : [],
    forget: random.chance(0.15),
    fault,
  };
}

function newSyncItems(random: Random, device: number, fault: Fault): Step {
  const number = () => random.below(NUMBERS);
  const many = random.chance(0.5) ? 0 : 1 + random.below(2);
  return {
    ...{ kind: 'syncItems', device, folders: Array.from({ length: many }, number) },
    window: random.pick([1, 2, 5, 10, 25, 100]),
    getChanges: !random.chance(0.1),
    asMoves: random.chance(0.6),
    options: random.chance(0.15)
      ? {
          ...{ filterType: random.below(6), conversationMode: false },
          conflict: random.chance(0.5) ? 'client' : 'server',
        }
      : null,
    edits: random.chance(0.6)
      ? Array.from({ length: 1 + random.below(4) }, () => ({
          ...{ what: random.weighted(ITEM_EDITS), pick: number(), value: number() },
        }))
      : [],
    forget: random.chance(0.15),
    fault,
  };
}

const CONCURRENT: Partial<Record<StepKind, number>> = {
  sync: 9,
  syncItems: 6,
  act: 6,
  moveItems: 3,
  deliver: 2,
  evict: 1,
};

/** One step each of some devices, and of an actor that is none. */
function together(random: Random, cast: Cast): Step {
  const devices = new Set<number>();
  const steps: Step[] = [];
  for (let i = 2 + random.below(3); i > 0; i--) {
    const step = newStep(random, cast, CONCURRENT);
    if ('device' in step) {
      if (devices.has(step.device)) continue;
      devices.add(step.device);
    }
    steps.push(step);
  }
  return { kind: 'together', steps };
}
