/** The strict ActiveSync client, with what tests need around it. */
export * from '../../../cli/activesync-client/index.ts';
export { connect } from './connect.ts';
