/**
 * In the place of the package of this name (`alias` in wrangler.toml). pg derives its pool from it as it loads; a
 * connection belongs to one invocation here, and there are no pools.
 */
module.exports = class Pool {
  constructor() {
    throw new Error('connections are not pooled');
  }
};
