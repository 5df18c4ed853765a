import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { type Answer, Phone } from './phone.ts';

const PAGE = 'FolderHierarchy';

export interface Change {
  status: string | undefined;
  key: string;
  serverId: string;
  answer: Answer;
}

interface Tree {
  status: string | undefined;
  key: string;
  count: number;
  added: { id: string; parent: string; name: string; type: string }[];
  updated: { id: string; name: string }[];
  deleted: string[];
  answer: Answer;
}

/** A phone that changes its folders. */
export class FolderPhone extends Phone {
  /** The newest key of the folder tree. */
  hierarchy = '0';
  /** The key that the first FolderSync brought. */
  first = '';

  ofType(type: string): string {
    return this.folders.find((f) => f.type === type)?.id ?? '';
  }

  /** One FolderSync; the key moves on. */
  async tree(key = this.hierarchy): Promise<Tree> {
    const answer = await this.post('FolderSync', el(`${PAGE}:FolderSync`, el(`${PAGE}:SyncKey`, key)));
    const root = answer.root ?? undefined;
    const changes = child(root, `${PAGE}:Changes`);
    const status = textOf(root, `${PAGE}:Status`);
    const newKey = textOf(root, `${PAGE}:SyncKey`) ?? '';
    const added = children(changes, `${PAGE}:Add`).map(folder);
    if (status === '1') {
      this.hierarchy = newKey;
      this.first ||= newKey;
      if (key === '0') this.folders = added;
      this.inbox = this.ofType('2');
    }
    return {
      ...{ status, answer, added, key: newKey },
      count: Number(textOf(changes, `${PAGE}:Count`)),
      updated: children(changes, `${PAGE}:Update`).map(folder),
      deleted: children(changes, `${PAGE}:Delete`).map((d) => textOf(d, `${PAGE}:ServerId`) ?? ''),
    };
  }

  /** A null key is left out. */
  create(name: string, parent = '0', type = '12', key: string | null = this.hierarchy): Promise<Change> {
    return this.#change('FolderCreate', key, [
      el(`${PAGE}:ParentId`, parent),
      el(`${PAGE}:DisplayName`, name),
      el(`${PAGE}:Type`, type),
    ]);
  }

  remove(id: string, key: string | null = this.hierarchy): Promise<Change> {
    return this.#change('FolderDelete', key, [el(`${PAGE}:ServerId`, id)]);
  }

  update(id: string, name: string, parent = '0', key: string | null = this.hierarchy): Promise<Change> {
    return this.#change('FolderUpdate', key, [
      el(`${PAGE}:ServerId`, id),
      el(`${PAGE}:ParentId`, parent),
      el(`${PAGE}:DisplayName`, name),
    ]);
  }

  async move(item: string, from: string, to: string): Promise<void> {
    const parts = [el('Move:SrcMsgId', item), el('Move:SrcFldId', from), el('Move:DstFldId', to)];
    await this.post('MoveItems', el('Move:MoveItems', el('Move:Move', parts)));
  }

  async #change(command: string, key: string | null, parts: WbxmlNode[]): Promise<Change> {
    const syncKey = key === null ? null : el(`${PAGE}:SyncKey`, key);
    const answer = await this.post(command, el(`${PAGE}:${command}`, syncKey, parts));
    const root = answer.root ?? undefined;
    const status = textOf(root, `${PAGE}:Status`);
    const newKey = textOf(root, `${PAGE}:SyncKey`) ?? '';
    if (status === '1') this.hierarchy = newKey;
    return { status, answer, key: newKey, serverId: textOf(root, `${PAGE}:ServerId`) ?? '' };
  }
}

function folder(element: WbxmlElement) {
  return {
    id: textOf(element, `${PAGE}:ServerId`) ?? '',
    parent: textOf(element, `${PAGE}:ParentId`) ?? '',
    name: textOf(element, `${PAGE}:DisplayName`) ?? '',
    type: textOf(element, `${PAGE}:Type`) ?? '',
  };
}
