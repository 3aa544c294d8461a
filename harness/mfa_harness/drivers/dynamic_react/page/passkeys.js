// navigator.credentials, answered by the person's simulated passkey: the driver asks her. A ceremony that the SDK
// starts by itself, while nothing of the kind was asked for, waits, as before somebody who does not react. With the
// vendor's user interface none of this is used: there Chromium's own authenticator holds her credentials.
let trouble;
const toText = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const decoded = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0)).buffer;

/** Bytes are bytes in a browser: an encoding that only JSON can get wrong does not get through. */
function toBytes(text) {
  const bytes = decoded(text);
  if (toText(new Uint8Array(bytes)) !== text) throw Object.assign(new Error('a browser hands over bytes, in no encoding'), { kind: 'not_supported' });
  return bytes;
}

/** Options as JSON: buffers are base64url there (WebAuthn L3, 5.1.8 and 5.1.9). */
function asJson(value) {
  if (value instanceof ArrayBuffer) return toText(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return toText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value)) return value.map(asJson);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asJson(each)]));
  return value;
}

/** The PublicKeyCredential of a response in JSON. */
function asCredential({ clientExtensionResults, response, ...credential }) {
  const { transports, publicKeyAlgorithm, authenticatorData, publicKey, ...members } = response;
  const bytes = Object.fromEntries(Object.entries(members).map(([name, text]) => [name, text && toBytes(text)]));
  if (!members.attestationObject) bytes.authenticatorData = toBytes(authenticatorData);
  return {
    ...credential,
    rawId: toBytes(credential.rawId),
    response: {
      ...bytes,
      getTransports: () => transports ?? [],
      getPublicKeyAlgorithm: () => publicKeyAlgorithm,
      getPublicKey: () => (publicKey ? toBytes(publicKey) : null),
      getAuthenticatorData: () => toBytes(authenticatorData),
    },
    getClientExtensionResults: () => clientExtensionResults ?? {},
  };
}

const asked = (what) => ({ publicKey, signal }) => new Promise((resolve, reject) => {
  signal?.addEventListener('abort', () => reject(signal.reason));
  window.askPerson(what, asJson(publicKey)).then(({ value, error }) => {
    if (error) throw new DOMException(error.message, error.name);
    resolve(asCredential(value));
  }).catch((error) => {
    if (error.kind) trouble = error;
    reject(error);
  });
});

/** What of the last ceremony no browser could have done; the SDK would not hand it on. */
export function takeTrouble() {
  const taken = trouble;
  trouble = undefined;
  return taken;
}

/** From now on her passkey is asked, instead of whatever Chromium has. */
export function askPerson() {
  navigator.credentials.create = asked('webauthn.create');
  navigator.credentials.get = asked('webauthn.get');
}
