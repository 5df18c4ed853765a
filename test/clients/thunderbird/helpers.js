// biome-ignore-all lint/correctness/noUnusedVariables: it stands before the scripts of the steps, which use it

const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
const { setTimeout } = ChromeUtils.importESModule('resource://gre/modules/Timer.sys.mjs');

/** What `look` gives as soon as it gives something. */
async function until(look, what, ms = 60_000) {
  for (const end = Date.now() + ms; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const server = MailServices.accounts.allServers.find((one) => one.type === 'ews');
const root = server?.rootFolder;
const all = (folder) => [folder, ...folder.subFolders.flatMap(all)];
const named = (name) => all(root).find((folder) => folder.name === name);
const folder = (name) => {
  const found = named(name);
  if (!found) throw new Error(`no folder ${name}: ${all(root).map((one) => one.name)}`);
  return found;
};
const message = (name, subject) =>
  [...folder(name).messages].find((one) => one.mime2DecodedSubject === subject);

/** A listener of an operation of Thunderbird, and when that is done. */
function finished(kind) {
  let listener;
  const done = new Promise((resolve, reject) => {
    const end = (status) =>
      status === 0 ? resolve() : reject(new Error(`${kind} 0x${(status >>> 0).toString(16)}`));
    listener = new Proxy(
      {
        QueryInterface: ChromeUtils.generateQI(['nsIUrlListener', 'nsIMsgCopyServiceListener']),
        OnStopRunningUrl: (_, status) => end(status),
        onStopCopy: end,
      },
      { get: (target, name) => target[name] ?? (() => undefined) },
    );
  });
  return { listener, done };
}
