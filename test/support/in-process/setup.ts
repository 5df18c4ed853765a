import { installHooks } from './hooks.ts';

// Before the tests are loaded: what they import may be a module of the platform.
installHooks();
