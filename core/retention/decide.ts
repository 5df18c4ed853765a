import type { RetentionAction } from './settings.ts';

/** What is known of a message when its fate is decided. */
export interface Case {
  /** A legal hold covers its mailbox. */
  held: boolean;
  /** Somebody with the right to it wants the content gone (I27). */
  erasing: boolean;
  /** removed: by its owner or by retention; only the raw is kept. */
  state: 'live' | 'removed';
  /** Whether it is as old as the rule of its folder, or the time to recover it, says. */
  isDue: boolean;
  /** What the rule of its folder does. */
  action: RetentionAction;
}

/**
 * keep: nothing. delete: removed, recoverable for a while. archive: moved to the Archive folder. purge: its raw is
 * deleted. erase: removed and purged at once.
 */
export type Fate = 'keep' | RetentionAction | 'purge' | 'erase';

/** A hold is stronger than the wish to erase, and that is stronger than retention. */
export function decideFate({ held, erasing, state, isDue, action }: Case): Fate {
  if (held) return 'keep';
  if (erasing) return 'erase';
  if (!isDue) return 'keep';
  return state === 'removed' ? 'purge' : action;
}
