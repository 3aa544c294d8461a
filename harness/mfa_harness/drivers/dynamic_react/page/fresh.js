// A new person's browser: what an earlier one left in this tab is gone before the SDK looks for it. The device's
// fingerprint stays, since the device does: the SDK draws for a fifth of a second to have it.
const FINGERPRINT = 'dynamic_device_fingerprint';

const kept = localStorage.getItem(FINGERPRINT);
localStorage.clear();
sessionStorage.clear();
if (kept) localStorage.setItem(FINGERPRINT, kept);

export async function fresh() {
  for (const { name } of await indexedDB.databases()) {
    await new Promise((resolve, reject) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: resolve, onerror: reject }));
  }
}
