import type { WbxmlElement } from '../../codecs/wbxml/index.ts';
import { must } from './errors.ts';

/**
 * Children of the elements of answers, in the order of their schemas; a row of names may come in any order.
 * An element that is not here may hold anything in any order (the properties of an item do).
 */
const ORDER: Record<string, readonly (readonly string[])[]> = {
  // MS-ASCMD 6, FolderSync response
  'FolderHierarchy:FolderSync': [['Status'], ['SyncKey'], ['Changes']],
  'FolderHierarchy:Changes': [['Count'], ['Update'], ['Delete'], ['Add']],
  'FolderHierarchy:Add': [['ServerId'], ['ParentId'], ['DisplayName'], ['Type']],
  'FolderHierarchy:Update': [['ServerId'], ['ParentId'], ['DisplayName'], ['Type']],
  'FolderHierarchy:Delete': [['ServerId']],
  // MS-ASCMD 6, Sync response
  'AirSync:Sync': [['Status'], ['Limit'], ['Collections']],
  'AirSync:Collections': [['Collection']],
  'AirSync:Collection': [
    ['Class'],
    ['SyncKey'],
    ['CollectionId'],
    ['Status'],
    ['MoreAvailable'],
    ['Commands', 'Responses'],
  ],
  'AirSync:Commands': [['Add', 'Change', 'Delete', 'SoftDelete']],
  'AirSync:Responses': [['Add', 'Change', 'Delete', 'Fetch']],
  'AirSync:Add': [['Class', 'ClientId', 'ServerId'], ['Status'], ['ApplicationData']],
  'AirSync:Change': [['Class', 'ServerId'], ['Status'], ['ApplicationData']],
  'AirSync:Delete': [['Class', 'ServerId'], ['Status']],
  'AirSync:SoftDelete': [['ServerId']],
  'AirSync:Fetch': [['ServerId'], ['Status'], ['ApplicationData']],
  // MS-ASAIRS 5
  'AirSyncBase:Body': [['Type'], ['EstimatedDataSize'], ['Truncated'], ['Data', 'Part'], ['Preview']],
  // MS-ASCMD 6, GetItemEstimate response
  'GetItemEstimate:GetItemEstimate': [['Status'], ['Response']],
  'GetItemEstimate:Response': [['Status'], ['Collection']],
  'GetItemEstimate:Collection': [['Class'], ['CollectionId'], ['Estimate']],
  // MS-ASCMD 6, ItemOperations response
  'ItemOperations:ItemOperations': [['Status'], ['Response']],
  'ItemOperations:Fetch': [
    ['Status'],
    ['CollectionId', 'ServerId', 'Class', 'LongId', 'LinkId', 'FileReference'],
    ['Properties'],
  ],
  // MS-ASCMD 6, Ping response: all of its elements in any order
  'Ping:Ping': [['Status', 'Folders', 'MaxFolders', 'HeartbeatInterval']],
  'Ping:Folders': [['Folder']],
  // MS-ASPROV 6
  'Provision:Provision': [
    ['DeviceInformation'],
    ['Status'],
    ['Policies'],
    ['RemoteWipe', 'AccountOnlyRemoteWipe'],
  ],
  'Provision:Policies': [['Policy']],
  'Provision:Policy': [['PolicyType'], ['Status'], ['PolicyKey'], ['Data']],
};

/** Elements that may come only once among their brothers. */
const ONCE = new Set([
  'Status',
  'SyncKey',
  'Count',
  'Changes',
  'Collections',
  'CollectionId',
  'MoreAvailable',
  'Commands',
  'Responses',
  'ApplicationData',
  'ServerId',
  'Type',
  'Data',
  'Properties',
]);

/** Checks names, number and order of children all the way down. */
export function checkOrder(element: WbxmlElement): void {
  const groups = ORDER[element.tag];
  if (groups !== undefined) checkChildren(element, groups);
  for (const child of element.children) checkOrder(child);
}

function checkChildren(element: WbxmlElement, groups: readonly (readonly string[])[]): void {
  const rule = 'MS-ASCMD 6 (schemas)';
  let at = 0;
  const seen = new Set<string>();
  for (const { tag } of element.children) {
    const name = tag.slice(tag.indexOf(':') + 1);
    const group = groups.findIndex((names) => names.includes(name));
    must(group >= 0, rule, `${tag} inside of ${element.tag}`);
    must(group >= at, rule, `${tag} comes too late in ${element.tag}`);
    must(!(ONCE.has(name) && seen.has(name)), rule, `${tag} twice in ${element.tag}`);
    seen.add(name);
    at = group;
  }
}
