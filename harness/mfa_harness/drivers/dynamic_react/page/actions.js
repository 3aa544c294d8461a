// The vendor's hooks with a function for each action of the driver protocol. The driver, in Node, reads their names.
import { asHeld, asOnTheWire, camelCased, oneUse, withoutToken } from '../../dynamic_js/words.mjs';

const refuse = (message) => { throw Object.assign(new Error(message), { kind: 'not_supported' }); };
const rendered = () => new Promise((resolve) => { setTimeout(resolve); });

/** The actions, each a function of the arguments in docs/driver.schema.json. */
export function actionsOf(page) {
  const hooks = () => page.hooks; // of the latest rendering
  const client = () => hooks().client;
  const wishes = ({ create_mfa_token, requested_scopes }) => ({ createMfaToken: oneUse(create_mfa_token), requestedScopes: requested_scopes });
  const takeToken = async () => (client().mfaToken ? hooks().getMfaToken() : undefined);

  /**
   * What the SDK's own `useUserAuth` keeps from the caller: it shows most errors in a modal of its own, and the hook's
   * promise resolves as if all were well. An event tells of a challenge that was not met, nothing of a registration.
   */
  async function andSays(route, call) {
    const before = { failures: page.failures.length, answers: page.answers.length };
    const value = await call();
    const answers = page.answers.slice(before.answers).filter(({ url }) => url.endsWith(route));
    const answer = answers.findLast(({ method, ok }) => method === 'POST' || !ok); // the options may be refused already
    if (answer?.ok) return value;
    const error = page.failures.slice(before.failures).at(-1) ?? new Error(answer?.body.error ?? 'the hook resolves, and nothing has happened');
    throw Object.assign(error, answer && { status: answer.status, code: answer.body.code }, { aside: true });
  }

  return {
    // Who is signed in proves her address again by the step-up hook; it alone takes a wish for scopes.
    send_email_otp: async ({ email }) => {
      page.isStepUp = Boolean(client().user);
      if (page.isStepUp && email !== client().user.email) refuse('useStepUpAuthentication sends codes to her own address alone');
      if (!page.isStepUp) await only('Email is not valid', 'useConnectWithOtp takes', () => hooks().otp.connectWithEmail(email));
      else if (!await hooks().stepUp.sendOtp()) throw await said(page);
    },
    verify_otp: async ({ code, requested_scopes, allow_new_mfa_linking }) => {
      if (allow_new_mfa_linking !== undefined) refuse('useConnectWithOtp has no such wish');
      if (page.isStepUp) {
        const session = await hooks().stepUp.verifyOtp({ verificationToken: code, requestedScopes: requested_scopes });
        if (!session) throw await said(page);
        return session;
      }
      if (requested_scopes) refuse('verifyOneTimePassword has no such wish');
      await hooks().otp.verifyOneTimePassword(code);
    },
    sign_in_with_external_jwt: async ({ jwt }) => {
      await hooks().externalAuth.signInWithExternalJwt({ externalJwt: jwt, externalUserId: JSON.parse(atob(jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub });
    },
    refresh_user: async () => { await hooks().refreshUser(); },
    refresh_auth: async () => { await hooks().refreshAuth(); },
    logout: async () => { await hooks().context.handleLogOut(); },
    update_user: async (fields) => { await hooks().userUpdate.updateUser(camelCased(fields)); },
    delete_user: async () => { await hooks().account.deleteUser(); },
    get_mfa_devices: async () => (await hooks().mfa.getUserDevices()).map(asOnTheWire),
    get_mfa_methods: async () => {
      const methods = await hooks().getMethods();
      return { ...methods, devices: methods.devices.map(asOnTheWire) };
    },
    register_totp_mfa_device: async () => {
      const { uri, secret, ...device } = await hooks().mfa.addDevice();
      const canvas = await page.showCode(uri); // the person's app has nothing but this to go by
      if (!canvas) throw new Error('no QR code on the page: is qrcode installed?');
      return { ...device, qr: canvas.toDataURL().split(',')[1] };
    },
    verify_totp_mfa_device: async ({ code }) => asOnTheWire(await hooks().mfa.verifyDevice(code)),
    authenticate_totp_mfa_device: async (args) => {
      const call = () => hooks().mfa.authenticateDevice({ code: args.code, deviceId: args.device_id, ...wishes(args) });
      await andSays('/users/mfa/auth/totp', call);
    },
    authenticate_mfa_recovery_code: async (args) => {
      const call = () => hooks().mfa.authenticateRecoveryCode({ code: args.code, ...wishes(args) });
      await andSays('/users/mfa/auth/recovery', call);
    },
    get_mfa_recovery_codes: () => hooks().mfa.getRecoveryCodes(),
    create_new_mfa_recovery_codes: () => hooks().mfa.getNewRecoveryCodes(),
    acknowledge_recovery_codes: async () => { await hooks().mfa.completeAcknowledgement(); },
    set_default_mfa_device: async ({ device_id }) => { await ofHers(() => hooks().mfa.updateUserDevice(device_id)); },
    delete_mfa_device: async (args) => {
      const token = 'mfa_token' in args ? (args.mfa_token ?? undefined) : await takeToken();
      await ofHers(() => withoutToken(() => hooks().mfa.deleteUserDevice(args.device_id, token)));
    },
    register_passkey: async ({ create_mfa_token }) => {
      if (create_mfa_token !== undefined) refuse('useRegisterPasskey has no such wish');
      await andSays('/users/passkeys/register', () => hooks().registerPasskey());
    },
    authenticate_passkey_mfa: async (args) => {
      const call = () => hooks().authenticatePasskey({ relatedOriginRpId: args.related_origin_rp_id, ...wishes(args) });
      await andSays('/users/mfa/auth/passkey', call);
    },
    sign_in_with_passkey: async ({ related_origin_rp_id }) => {
      page.setRelatedOriginRpId(related_origin_rp_id);
      await rendered();
      await hooks().signInWithPasskey();
    },
    get_passkeys: () => hooks().getPasskeys(),
    delete_passkey: async (args) => {
      if ('mfa_token' in args && (args.mfa_token ?? null) !== (client().mfaToken ?? null)) refuse('useDeletePasskey sends the token that it holds');
      await hooks().deletePasskey(args.passkey_id);
    },
    check_step_up_auth: ({ scope }) => hooks().stepUp.checkStepUpAuth({ scope }),
    is_mfa_required_for_action: ({ action }) => hooks().isMfaRequiredForAction({ mfaAction: action }),
    consume_mfa_token: async () => {
      const token = await hooks().getMfaToken();
      if (!token) throw new Error('useGetMfaToken has no MFA token to hand out');
      return token;
    },
    // What the SDK believes shows in whether it hands the user to the app: `user`, or `userWithMissingInfo` alone.
    is_user_missing_mfa_auth: async () => {
      await rendered();
      const { user, userWithMissingInfo: withheld } = hooks().context;
      const owes = withheld?.scope?.split(' ').includes('requiresAdditionalAuth');
      return Boolean(withheld && !user && (owes || !await hooks().mfa.isPendingRecoveryCodesAcknowledgment()));
    },
    is_pending_recovery_codes_acknowledgment: () => hooks().mfa.isPendingRecoveryCodesAcknowledgment(),
    sync_mfa_flow: async () => {
      page.syncs = true;
      page.setSyncs(true);
      await rendered();
    },
    prompts: () => page.prompts,
    state: () => ({
      token: client().token ?? null,
      user: client().user ?? null,
      expires_at: client().sessionExpiresAt ? client().sessionExpiresAt.getTime() / 1000 : null,
      mfa_token: client().mfaToken ?? null,
      elevated_tokens: (client().__core.state.get().elevatedAccessTokens ?? []).map(asHeld),
    }),
  };
}

/** What a hook refuses by itself, before the server is asked. */
async function only(message, what, call) {
  try {
    await call();
  } catch (error) {
    if (error?.message === message) refuse(`${what} nothing else: ${message}`);
    throw error;
  }
}

const ofHers = (call) => only('Device not found', 'useMfa asks for what is in the list of her devices, and', call);

/** The step-up hook hands out null, and puts its error's text into its state; what the server had answered it keeps to itself. */
async function said(page) {
  await rendered();
  const last = page.answers.findLast(({ url }) => url.includes('/emailVerifications/'));
  const answer = last && !last.ok && { status: last.status, code: last.body.code };
  return Object.assign(new Error(page.hooks.stepUp.state.error ?? 'the step-up hook answered with null'), answer);
}
