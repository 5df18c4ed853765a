import { describe, expect, it } from 'vitest';
import { type Oof, oofActive, oofReply, readOof } from './oof.ts';

const OFF = readOof(null);
const reply = { format: 'text', content: 'away' } as const;

describe('automatic replies', () => {
  it('are off when nothing was set, and when what is stored is damaged', () => {
    for (const value of [null, undefined, 5, 'x', [], {}, { state: '1' }, { state: 9, messages: 7 }]) {
      const oof = readOof(value);
      expect(oof.state).toBe(0);
      expect(oofActive(oof, 1)).toBe(false);
      expect(oofReply(oof, 'internal', 1)).toBeNull();
    }
  });

  it('are read back as they were stored', () => {
    const oof: Oof = {
      state: 2,
      startTime: 10,
      endTime: 20,
      messages: { ...OFF.messages, internal: { enabled: true, reply } },
      changedAt: 5,
    };
    expect(readOof(JSON.parse(JSON.stringify(oof)))).toEqual(oof);
    expect(readOof({ ...oof, endTime: null })).toMatchObject({ startTime: null, endTime: null });
  });

  it('of state 2 are sent from the start until before the end, without times always', () => {
    const oof: Oof = { ...OFF, state: 2, startTime: 10, endTime: 20 };
    expect([9, 10, 19, 20].map((now) => oofActive(oof, now))).toEqual([false, true, true, false]);
    expect(oofActive({ ...OFF, state: 2 }, 5)).toBe(true);
    expect(oofActive({ ...OFF, state: 1, startTime: 10, endTime: 20 }, 5)).toBe(true);
  });

  it('go to the audiences that are switched on', () => {
    const oof: Oof = {
      ...OFF,
      state: 1,
      messages: {
        internal: { enabled: true, reply },
        externalKnown: { enabled: false, reply },
        externalUnknown: { enabled: true, reply: null },
      },
    };
    expect(oofReply(oof, 'internal', 1)).toEqual(reply);
    expect(oofReply(oof, 'externalKnown', 1)).toBeNull();
    expect(oofReply(oof, 'externalUnknown', 1)).toBeNull();
  });
});
