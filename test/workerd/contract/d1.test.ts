import { beforeAll, describe } from 'vitest';
import { createD1Stores } from '../../../store/index.ts';
import { storesContract } from '../../contract/all.ts';
import { guardD1 } from '../../support/scope-guard.ts';
import { bindings, migrateD1 } from '../support.ts';

const { DIRECTORY, MAIL_1, MAIL_2, SEARCH, AUDIT } = bindings;

beforeAll(migrateD1);

describe('D1, guarded (I25)', () => {
  const stores = createD1Stores({
    directory: guardD1(DIRECTORY),
    mail: { MAIL_1: guardD1(MAIL_1), MAIL_2: guardD1(MAIL_2) },
    search: guardD1(SEARCH),
    audit: guardD1(AUDIT),
  });
  storesContract({ open: async () => stores }, 25);
});
