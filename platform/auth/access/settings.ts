import { addressOf } from '../oidc/settings.ts';

/** What can stand behind Cloudflare Access: edges that people reach with a browser, or programs with a service token. */
const GATED_EDGES = ['admin', 'auth', 'data-service'] as const;
export type GatedEdge = (typeof GATED_EDGES)[number];
/** Phones and mail programs know nothing of it: they could never come in. */
const NEVER = ['activesync', 'ews', 'autodiscover'];

/** Cloudflare Access as an outer gate: who does not come by it gets nothing, and who does must still sign in. */
export interface AccessSettings {
  issuer: string;
  /** Tags of the applications (AUD). */
  audiences: string[];
  edges: GatedEdge[];
  /** Where its keys are. */
  certsUrl: string;
}

export interface AccessVariables {
  teamDomain: string;
  audiences: string;
  edges: string;
  /** Another address of the keys: on this machine alone, for trying out. */
  certsUrl: string;
}

/** Throws one error that names what is wrong; null: there is no such gate. */
export function readAccess(variables: AccessVariables, allowLoopback: boolean): AccessSettings | null {
  const { teamDomain } = variables;
  const audiences = listOf(variables.audiences);
  const edges = listOf(variables.edges);
  const bad = (name: string, what: string) => new Error(`configuration: ${name}: ${what}`);
  const phones = edges.find((one) => NEVER.includes(one));
  if (phones !== undefined)
    throw bad(
      'ACCESS_EDGES',
      `${phones} cannot be behind Access: phones and mail programs could not sign in`,
    );
  const unknown = edges.find((one) => !(GATED_EDGES as readonly string[]).includes(one));
  if (unknown !== undefined) throw bad('ACCESS_EDGES', `${unknown} is not one of ${GATED_EDGES.join(', ')}`);
  if (teamDomain === '' && audiences.length === 0) return null;
  // One without the other would look like a gate and be none.
  if (teamDomain === '')
    throw bad('ACCESS_TEAM_DOMAIN', 'the team of the applications in ACCESS_AUD is needed');
  if (audiences.length === 0) throw bad('ACCESS_AUD', 'the AUD tags of the applications are needed');
  if (edges.length === 0) throw bad('ACCESS_EDGES', 'no edge is named');
  const team = /^([a-z0-9][a-z0-9-]{0,62})(\.cloudflareaccess\.com)?$/.exec(teamDomain)?.[1];
  if (team === undefined)
    throw bad('ACCESS_TEAM_DOMAIN', 'the name of the team, or <team>.cloudflareaccess.com');
  if (audiences.some((one) => !/^[0-9A-Za-z_-]{16,128}$/.test(one)))
    throw bad('ACCESS_AUD', 'AUD tags with commas between them');
  const issuer = `https://${team}.cloudflareaccess.com`;
  return {
    ...{ issuer, audiences, edges: edges as GatedEdge[] },
    certsUrl: certsOf(variables.certsUrl, issuer, allowLoopback),
  };
}

function certsOf(text: string, issuer: string, allowLoopback: boolean): string {
  if (text === '') return `${issuer}/cdn-cgi/access/certs`;
  const url = addressOf(text, allowLoopback);
  if (url?.protocol !== 'http:')
    throw new Error('configuration: ACCESS_CERTS_URL: only for trying out, on this machine');
  return url.href;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
