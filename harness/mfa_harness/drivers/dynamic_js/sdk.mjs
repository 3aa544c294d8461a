// The vendor's SDK with a function for each action of the driver protocol, in Node, without a browser:
// storage, keys and passkeys are handed to it as its `coreConfig` asks for them.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { asHeld, asOnTheWire, camelCased, oneUse, withoutToken } from './words.mjs';

// The SDK is looked up beside this file or, since installed packages are no place to install into,
// below the folder that DYNAMIC_JS_HOME names (see `make drivers`).
const here = resolve(process.env.DYNAMIC_JS_HOME ?? import.meta.dirname, 'from-here.js');
const described_by = createRequire(here).resolve('@dynamic-labs-sdk/client/package.json');
export const { name, version } = JSON.parse(readFileSync(described_by, 'utf8'));
const dynamic = await import(pathToFileURL(join(dirname(described_by), 'dist', 'index.esm.js')).href);

const { subtle } = webcrypto;
const hex = (bytes) => Buffer.from(bytes).toString('hex');

/** Device keys: P-256, the public key a compressed point in hex, signatures r || s in hex. */
function memoryKeychain() {
  const keys = new Map();
  return {
    async generateKey(name) {
      const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
      const point = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
      const publicKey = hex([2 + (point[64] & 1), ...point.slice(1, 33)]);
      keys.set(name, { privateKey: pair.privateKey, publicKey });
      return publicKey;
    },
    getPublicKey: async (name) => keys.get(name)?.publicKey ?? null,
    hasKey: async (name) => keys.has(name),
    importKey: async () => { throw new Error('no key is imported here'); },
    removeKey: async (name) => void keys.delete(name),
    async sign(name, message) {
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
      return hex(new Uint8Array(await subtle.sign(algorithm, keys.get(name).privateKey, new TextEncoder().encode(message))));
    },
  };
}

function memoryStorage() {
  const kept = new Map();
  return {
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
    removeItem: async (key) => void kept.delete(key),
  };
}

/** fetch with the cookies that a browser would keep for `credentials: 'include'`, and its Origin. */
function browserFetch(origin) {
  const jar = new Map();
  return async (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('origin', origin);
    const keeps = init.credentials === 'include';
    if (keeps && jar.size) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers });
    for (const line of keeps ? response.headers.getSetCookie() : []) {
      const [pair, ...flags] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('='), name = pair.slice(0, at), value = pair.slice(at + 1);
      if (!value || flags.some((flag) => /^max-age=0$/i.test(flag))) jar.delete(name); else jar.set(name, value);
    }
    return response;
  };
}

/** One client: `ask(what, about)` brings what only the person can give. */
export async function makeClient({ base_url, environment_id, origin }, ask) {
  const client = dynamic.createDynamicClient({
    environmentId: environment_id,
    autoInitialize: false,
    logLevel: 'off',
    metadata: { universalLink: origin },
    instrumentation: { enabled: false },
    coreConfig: {
      apiBaseUrl: base_url,
      fetch: browserFetch(origin),
      storageAdapter: memoryStorage(),
      keychain: memoryKeychain(),
      passkey: {
        isSupported: () => true,
        register: ({ optionsJSON }) => ask('webauthn.create', { options: optionsJSON, origin }),
        authenticate: ({ optionsJSON }) => ask('webauthn.get', { options: optionsJSON, origin }),
      },
    },
  });
  await dynamic.initializeClient(client);
  return actionsOf(client);
}

/** The actions of one client, each a function of the arguments in docs/driver.schema.json. */
export function actionsOf(client) {
  const met = ({ create_mfa_token, requested_scopes }) => ({ createMfaTokenOptions: oneUse(create_mfa_token), requestedScopes: requested_scopes });
  const heldOr = (args) => ('mfa_token' in args ? (args.mfa_token ?? undefined) : client.mfaToken ? dynamic.consumeMfaToken(client) : undefined);
  return {
    send_email_otp: ({ email }) => dynamic.sendEmailOTP({ email }, client),
    verify_otp: ({ verification, code, requested_scopes, allow_new_mfa_linking }) => dynamic.verifyOTP(
      { otpVerification: verification, verificationToken: code, requestedScopes: requested_scopes, allowNewMFALinking: allow_new_mfa_linking }, client),
    sign_in_with_external_jwt: ({ jwt }) => dynamic.signInWithExternalJwt({ externalJwt: jwt }, client),
    refresh_user: async () => (await dynamic.refreshUser(client), null),
    refresh_auth: async () => (await dynamic.refreshAuth(client), null),
    logout: () => dynamic.logout(client),
    update_user: (fields) => dynamic.updateUser({ userFields: camelCased(fields) }, client),
    delete_user: () => dynamic.deleteUser(client),
    get_mfa_devices: async () => (await dynamic.getMfaDevices(client)).map(asOnTheWire),
    get_mfa_methods: async () => {
      const methods = await dynamic.getMfaMethods(client);
      return { ...methods, devices: methods.devices.map(asOnTheWire) };
    },
    register_totp_mfa_device: () => dynamic.registerTotpMfaDevice(client),
    authenticate_totp_mfa_device: (args) => dynamic.authenticateTotpMfaDevice({ code: args.code, deviceId: args.device_id, ...met(args) }, client),
    authenticate_mfa_recovery_code: (args) => dynamic.authenticateMfaRecoveryCode({ code: args.code, ...met(args) }, client),
    get_mfa_recovery_codes: async () => (await dynamic.getMfaRecoveryCodes(client)).recoveryCodes,
    create_new_mfa_recovery_codes: async () => (await dynamic.createNewMfaRecoveryCodes(client)).recoveryCodes,
    acknowledge_recovery_codes: async () => (await dynamic.acknowledgeRecoveryCodes(client), null),
    set_default_mfa_device: ({ device_id }) => dynamic.setDefaultMfaDevice({ deviceId: device_id }, client),
    delete_mfa_device: (args) => withoutToken(() => dynamic.deleteMfaDevice({ deviceId: args.device_id, mfaAuthToken: heldOr(args) }, client)),
    register_passkey: ({ create_mfa_token }) => dynamic.registerPasskey({ createMfaToken: oneUse(create_mfa_token) }, client),
    authenticate_passkey_mfa: ({ create_mfa_token, requested_scopes, related_origin_rp_id }) => dynamic.authenticatePasskeyMFA(
      { createMfaToken: oneUse(create_mfa_token), requestedScopes: requested_scopes, relatedOriginRpId: related_origin_rp_id }, client),
    sign_in_with_passkey: ({ related_origin_rp_id }) => dynamic.signInWithPasskey({ relatedOriginRpId: related_origin_rp_id }, client),
    get_passkeys: () => dynamic.getPasskeys(client),
    delete_passkey: ({ passkey_id }) => dynamic.deletePasskey({ passkeyId: passkey_id }, client),
    check_step_up_auth: ({ scope }) => dynamic.checkStepUpAuth({ scope }, client),
    is_mfa_required_for_action: ({ action }) => dynamic.isMfaRequiredForAction({ mfaAction: action }, client),
    consume_mfa_token: () => dynamic.consumeMfaToken(client),
    is_user_missing_mfa_auth: () => dynamic.isUserMissingMfaAuth(client),
    is_pending_recovery_codes_acknowledgment: () => dynamic.isPendingRecoveryCodesAcknowledgment(client),
    state: () => ({
      token: client.token ?? null,
      user: client.user ?? null,
      expires_at: client.sessionExpiresAt ? client.sessionExpiresAt.getTime() / 1000 : null,
      mfa_token: client.mfaToken ?? null,
      elevated_tokens: (client.__core.state.get().elevatedAccessTokens ?? []).map(asHeld),
    }),
  };
}
