// A new person's browser: what an earlier one left in this tab is gone before the SDK looks for it. The device's
// fingerprint stays, since the device does: the SDK draws for a fifth of a second to have it. A page that the same person
// loads again finds everything as she left it.
const FINGERPRINT = 'dynamic_device_fingerprint', STAYS = 'the same person';

const isSame = Boolean(sessionStorage.getItem(STAYS));
if (isSame) {
  sessionStorage.removeItem(STAYS);
} else {
  const kept = localStorage.getItem(FINGERPRINT);
  localStorage.clear();
  sessionStorage.clear();
  if (kept) localStorage.setItem(FINGERPRINT, kept);
}

/** To be said before the page is loaded again: it is she who comes back. */
export const stay = () => sessionStorage.setItem(STAYS, 'yes');

export async function fresh() {
  if (isSame) return;
  for (const { name } of await indexedDB.databases()) {
    await new Promise((resolve, reject) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: resolve, onerror: reject }));
  }
}
