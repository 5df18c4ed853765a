import type { DemoMessage } from '../message.ts';
import { attachments } from './attachments.ts';
import { automatic } from './automatic.ts';
import { languages } from './languages.ts';
import { odd } from './odd.ts';
import { routing } from './routing.ts';
import { threads } from './threads.ts';

/** All messages of the demo tenant, oldest first: in this order they reach their mailboxes. */
export function demoMessages(): DemoMessage[] {
  const all = [...routing(), ...threads(), ...attachments(), ...languages(), ...automatic(), ...odd()];
  return all.sort((a, b) => b.age - a.age);
}
