/** The strict ActiveSync client, with what tests need around it. */
export * from '../../../cli/activesync-client/index.ts';
export { connect, type TestAccount } from './connect.ts';
