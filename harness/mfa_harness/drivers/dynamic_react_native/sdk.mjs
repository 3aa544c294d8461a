// The vendor's React Native client with a function for each action of the driver protocol. It runs in Node as it is:
// what it needs of a phone is a webview, which `page` is, and passkeys, which the person has.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

// The SDK is looked up below the folder that DYNAMIC_REACT_NATIVE_HOME names (see `make drivers`).
const here = resolve(process.env.DYNAMIC_REACT_NATIVE_HOME ?? import.meta.dirname, 'from-here.js');
const described_by = createRequire(here).resolve('@dynamic-labs/client/package.json');
export const { name, version } = JSON.parse(readFileSync(described_by, 'utf8'));
const of = (main) => import(pathToFileURL(main).href);
const { createClient } = await of(join(dirname(described_by), 'src', 'index.js'));
const { createRequestChannel } = await of(createRequire(described_by).resolve('@dynamic-labs/message-transport').replace(/\.cjs$/, '.js'));

/** What the vendor's ReactNativeExtension does: messages to the webview and back, and the phone's passkeys. */
const phone = (page, origin, ask) => (_client, core) => {
  core.manifest.setPlatform('react-native');
  core.manifest.setRedirectUrl(origin);
  core.manifest.setAppOrigin(origin);
  core.messageTransport.on((message) => { if (message.origin === 'host') page.send(message); });
  page.heard = (message) => core.messageTransport.emit(message);
  const native = createRequestChannel(core.messageTransport);
  native.handle('passkey_register', ({ optionsJSON }) => ask('webauthn.create', { options: optionsJSON, origin }));
  native.handle('passkey_authenticate', ({ optionsJSON }) => ask('webauthn.get', { options: optionsJSON, origin }));
  return {};
};

export async function makeClient({ base_url, environment_id, origin }, page, ask) {
  const client = createClient({ environmentId: environment_id, apiBaseUrl: base_url, appName: 'mfa-harness', debug: { loggerLevel: 'ERROR' } });
  client.extend(phone(page, origin, ask));
  page.load();
  await client.sdk.waitForReady();
  return actionsOf(client, page);
}

const SCREENS = {
  'mfa-choose-device': 'chooseType', 'mfa-secure-device': 'qrCode', 'mfa-verification': 'otpVerification',
  'mfa-display-backup-codes': 'viewBackupCodes', 'mfa-recovery': 'enterBackupCodes', 'manage-totp': 'manage',
};
const oneUse = (wish) => (wish === undefined ? undefined : { singleUse: wish });
const claims = (token) => (token ? JSON.parse(Buffer.from(token.split('.')[1], 'base64url')) : {});

/** The actions of one client, each a function of the arguments in docs/driver.schema.json. */
export function actionsOf(client, page) {
  let held = null; // the app's: the client hands MFA tokens out and keeps none
  const user = () => (client.auth.authenticatedUser ? { ...client.auth.authenticatedUser, id: client.auth.authenticatedUser.userId } : null);
  const session = (mfaToken) => {
    if (mfaToken) held = mfaToken;
    const token = client.auth.minifiedToken ?? client.auth.token;
    return { user: user(), minifiedJwt: token, expiresAt: claims(token).exp ?? 0, ...(mfaToken ? { mfaToken } : {}) };
  };
  const verified = async (promise) => { // of stepUpAuth, which hands out what the server answered
    const answer = await promise;
    return { ...session(answer?.mfaToken), ...(answer?.elevatedAccessToken ? { elevatedAccessToken: answer.elevatedAccessToken } : {}) };
  };
  const scoped = ({ requested_scopes, create_mfa_token }) => {
    if (requested_scopes && create_mfa_token !== undefined) throw unsupported('a token and scopes in one call');
    return requested_scopes;
  };
  const deletion = async (args, remove) => {
    const token = 'mfa_token' in args ? args.mfa_token : held;
    if (!('mfa_token' in args)) held = null;
    await remove(token ?? '');
  };
  const look = () => page.person('look');
  return {
    send_email_otp: async ({ email }) => {
      const known = client.auth.authenticatedUser;
      if (known && email !== known.email) throw unsupported('another address than her own while she is signed in');
      if (known) return client.stepUpAuth.sendOtp();
      await client.auth.email.sendOTP(email);
    },
    verify_otp: async ({ code, requested_scopes, allow_new_mfa_linking }) => {
      if (allow_new_mfa_linking) throw unsupported('allow_new_mfa_linking');
      if (!client.auth.authenticatedUser) { await client.auth.email.verifyOTP(code); return session(); }
      return verified(client.stepUpAuth.verifyOtp({ verificationToken: code, requestedScopes: requested_scopes }));
    },
    sign_in_with_external_jwt: async ({ jwt }) => {
      await client.auth.external.signInWithExternalJwt({ externalJwt: jwt, externalUserId: String(claims(jwt).sub) });
      return session();
    },
    refresh_user: async () => { await client.auth.refreshUser(); return user(); },
    logout: () => client.auth.logout(),
    update_user: async (fields) => {
      await client.auth.updateUser(Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value])));
      return session();
    },
    delete_user: () => client.auth.permanentlyDeleteCurrentUser(),
    get_mfa_devices: () => client.mfa.getUserDevices(),
    register_totp_mfa_device: async () => ({ type: 'totp', ...await client.mfa.addDevice('totp') }),
    verify_totp_mfa_device: ({ code }) => client.mfa.verifyDevice(code, 'totp'),
    authenticate_totp_mfa_device: async (args) => {
      const { code, device_id: deviceId, create_mfa_token } = args, requestedScopes = scoped(args);
      if (requestedScopes) return verified(client.stepUpAuth.verifyTotpMfa({ code, deviceId, requestedScopes }));
      return session(await client.mfa.authenticateDevice({ code, type: 'totp', deviceId, createMfaToken: oneUse(create_mfa_token) }));
    },
    authenticate_mfa_recovery_code: async (args) => {
      const { code, create_mfa_token } = args, requestedScopes = scoped(args);
      if (requestedScopes) return verified(client.stepUpAuth.verifyRecoveryCode({ code, requestedScopes }));
      return session(await client.mfa.authenticateRecoveryCode({ code, createMfaToken: oneUse(create_mfa_token) }));
    },
    get_mfa_recovery_codes: () => client.mfa.getRecoveryCodes(),
    create_new_mfa_recovery_codes: () => client.mfa.getNewRecoveryCodes(),
    acknowledge_recovery_codes: async () => { await client.mfa.completeAcknowledgement(); return session(); },
    set_default_mfa_device: ({ device_id }) => client.mfa.updateUserDevice(device_id),
    delete_mfa_device: (args) => deletion(args, (token) => client.mfa.deleteUserDevice(args.device_id, token)),
    register_passkey: async ({ create_mfa_token }) => {
      if (create_mfa_token !== undefined) throw unsupported('create_mfa_token at a registration');
      await client.passkeys.register();
      return session();
    },
    authenticate_passkey_mfa: async (args) => {
      const { create_mfa_token, related_origin_rp_id } = args, requestedScopes = scoped(args);
      if (requestedScopes) return verified(client.stepUpAuth.verifyPasskeyMfa({ requestedScopes }));
      return verified(client.passkeys.authenticateMFA({ createMfaToken: oneUse(create_mfa_token), relatedOriginRpId: related_origin_rp_id }));
    },
    sign_in_with_passkey: async ({ related_origin_rp_id }) => { await client.auth.passkey.signIn({ relatedOriginRpId: related_origin_rp_id }); return session(); },
    get_passkeys: () => client.passkeys.get(),
    delete_passkey: ({ passkey_id, ...token }) => {
      if (token.mfa_token !== undefined) throw unsupported('mfa_token at the deletion of a passkey');
      return client.passkeys.delete({ passkeyId: passkey_id });
    },
    check_step_up_auth: async ({ scope }) => ({ isRequired: await client.stepUpAuth.isStepUpRequired({ scope }), credentials: [] }),
    is_mfa_required_for_action: ({ action }) => client.mfa.isRequiredForAction({ mfaAction: action }),
    is_user_missing_mfa_auth: () => { // the client has no word for it: an app reads the list
      if (!client.auth.authenticatedUser) throw Object.assign(new Error('nobody is signed in'), { kind: 'other' });
      return (client.auth.authenticatedUser.scope ?? '').split(' ').includes('requiresAdditionalAuth');
    },
    is_pending_recovery_codes_acknowledgment: () => client.mfa.isPendingRecoveryCodesAcknowledgment(),
    state: () => {
      const token = client.auth.minifiedToken ?? client.auth.token;
      return { token, user: user(), expires_at: claims(token).exp ?? null, mfa_token: null };
    },
    show_screen: async ({ name: screen }) => { await client.ui.mfa[SCREENS[screen]].show(); return (await look()).screen === screen; },
    hide_screen: async ({ name: screen }) => {
      const before = (await look()).screen;
      await client.ui.mfa[SCREENS[screen]].hide();
      return before === screen && (await look()).screen === null;
    },
    current_screen: async () => (await look()).screen,
    read_screen: async () => { const { uri, recovery_codes } = await look(); return { uri, recovery_codes }; },
    submit_screen: async ({ code }) => {
      const { error } = await page.person('submit', { code });
      if (error) throw Object.assign(new Error(error.message), error);
    },
    prompt_mfa_auth: async () => {
      client.ui.mfa.show({ createMfaToken: true }).then((token) => { held = token ?? held; }, () => {}); // it settles when the flow ends
      await look();
    },
  };
}

const unsupported = (what) => Object.assign(new Error(`the client cannot be told ${what}`), { kind: 'not_supported' });

const KINDS = { mfa_invalid_code: 'invalid_code', mfa_rate_limited: 'rate_limited', mfa_device_limit: 'device_limit' };

/** An error of the client in the words of the protocol: what the webview rejected with, or its own. */
export function described(error) {
  const { status, code } = error;
  const facts = { kind: error.kind ?? KINDS[code] ?? (status === 401 || status === 403 ? 'unauthorized' : 'other'), message: String(error.message ?? error) };
  if (error.name === 'FetchError') facts.kind = 'network';
  if (Number.isInteger(status)) facts.status = status;
  if (error.retryAfter !== undefined) facts.retry_after = error.retryAfter;
  if (typeof code === 'string') facts.code = code;
  return facts;
}
