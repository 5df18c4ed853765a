import { NAMESPACES } from '../../codecs/soap/write.ts';

/** Operations whose request bears the word Request (MS-OXWAVLS 3.1.4.1, MS-OXWOOF 3.1.4). */
const LONG_REQUESTS = new Set(['GetUserAvailability', 'GetUserOofSettings', 'SetUserOofSettings']);
const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const SOAP = 'http://schemas.xmlsoap.org/wsdl/soap/';

/**
 * The operations that there are and where, for programs that make their client from it (WSDL 1.1). The schema of the
 * messages is Microsoft's, and is named but not served.
 *
 * @param address of the endpoint
 */
export function servicesWsdl(operations: Iterable<string>, address: string): string {
  const names = [...operations].sort();
  const request = (name: string) => `${name}${LONG_REQUESTS.has(name) ? 'Request' : ''}`;
  const each = (write: (name: string) => string) => names.map(write).join('\n');
  const message = (name: string, element: string) =>
    `  <message name="${name}"><part name="body" element="m:${element}"/></message>`;
  const body = '<soap:body use="literal" parts="body"/>';
  return `<?xml version="1.0" encoding="utf-8"?>
<definitions xmlns="${WSDL}" xmlns:soap="${SOAP}" xmlns:m="${NAMESPACES.m}" targetNamespace="${NAMESPACES.m}">
  <types>
    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:import namespace="${NAMESPACES.m}"/>
      <xs:import namespace="${NAMESPACES.t}"/>
    </xs:schema>
  </types>
${each((name) => `${message(`${name}In`, request(name))}\n${message(`${name}Out`, `${name}Response`)}`)}
  <portType name="ExchangeServicePortType">
${each((name) => `    <operation name="${name}"><input message="m:${name}In"/><output message="m:${name}Out"/></operation>`)}
  </portType>
  <binding name="ExchangeServiceBinding" type="m:ExchangeServicePortType">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${each((name) => `    <operation name="${name}"><soap:operation soapAction="${NAMESPACES.m}/${name}"/><input>${body}</input><output>${body}</output></operation>`)}
  </binding>
  <service name="ExchangeServices">
    <port name="ExchangeServicePort" binding="m:ExchangeServiceBinding">
      <soap:address location="${address}"/>
    </port>
  </service>
</definitions>
`;
}
