import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import {
  type Certificate,
  decodeBase64,
  parseCertificate,
} from '../../../platform/certificates/certificate.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { CERTIFICATE, type CertificateStatus, checkCertificate } from '../validate-cert/check.ts';

const STATUS = { ok: 1, protocol: 2 } as const;
/** MS-ASCMD 3.1.5.8 */
const MAX_CERTIFICATES = 100;

/** ValidateCert (MS-ASCMD 2.2.1.21): whether certificates are good for mail, against the roots that the tenant trusts. */
export async function validateCert(context: EasContext): Promise<Reply> {
  const root = context.body;
  const given = certificates(root, 'ValidateCert:Certificates');
  const above = certificates(root, 'ValidateCert:CertificateChain');
  const checkCrl = textOf(root ?? undefined, 'ValidateCert:CheckCRL')?.trim() ?? '0';
  if (
    root?.tag !== 'ValidateCert:ValidateCert' ||
    given.length === 0 ||
    given.length > MAX_CERTIFICATES ||
    above.length > MAX_CERTIFICATES ||
    (checkCrl !== '0' && checkCrl !== '1')
  ) {
    return wbxml(el('ValidateCert:ValidateCert', el('ValidateCert:Status', STATUS.protocol)));
  }
  const statuses = await check(context, given, above, checkCrl === '1');
  return wbxml(
    el(
      'ValidateCert:ValidateCert',
      el('ValidateCert:Status', STATUS.ok),
      statuses.map((status) => el('ValidateCert:Certificate', el('ValidateCert:Status', status))),
    ),
  );
}

function certificates(root: WbxmlElement | null, list: string): WbxmlElement[] {
  return children(child(root ?? undefined, list), 'ValidateCert:Certificate');
}

async function check(
  { services, ref }: EasContext,
  given: WbxmlElement[],
  above: WbxmlElement[],
  checkRevocation: boolean,
): Promise<CertificateStatus[]> {
  const trusted = await services.directory.listTrustedRoots(ref.tenantId);
  const roots = trusted.flatMap((root) => parseText(root.der) ?? []);
  const parsedChain = above.map(parse);
  const chain = parsedChain.filter((c) => c !== null);
  const options = { chain, roots, now: services.now(), checkRevocation };
  return given.map((element) => {
    const certificate = parse(element);
    // What is no certificate has no signature that could be validated (S20_TC02).
    if (certificate === null) return CERTIFICATE.badSignature;
    if (chain.length < parsedChain.length) return CERTIFICATE.badChain;
    return checkCertificate(certificate, options);
  });
}

function parse(element: WbxmlElement): Certificate | null {
  return element.opaque === undefined ? parseText(element.text) : parseCertificate(element.opaque);
}

function parseText(text: string): Certificate | null {
  const bytes = decodeBase64(text);
  return bytes === null ? null : parseCertificate(bytes);
}
