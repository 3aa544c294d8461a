// The vendor's own user interface, used as a person uses it: what has a screen is clicked, typed and read off the page.
// For what has none the hooks do, as in the page without a user interface (page/actions.js).
import { described } from '../dynamic_js/words.mjs';

const PATIENCE = 8000; // milliseconds, for an answer of the server's
const MARGIN = 24; // pixels around the QR code: a scanner wants to see where it ends
const CODE_BOX = '.pin-input__input', CODE = '.mfa-display-backup-codes-view__code';
const ANOTHER = '[class*="__choose-another-method-button"]';
const method = (name) => `[data-testid=mfa-device-header-${name}]`;
const TOLD = '.modal-header__banner--error, .pin-input__input--error, .error-container';

/** What a person sees, and what she cannot do with it. */
export const SEEN = [
  'show_screen', 'hide_screen', 'current_screen', 'read_screen', 'submit_screen', 'dismiss_screen', 'prompt_mfa_auth',
];
export const NOT_ON_SCREEN = ['verify_totp_mfa_device'];

const SILENT = 'the page asked the server nothing';
const NO_CODE = { error: { kind: 'other', message: 'no QR code on the page: is qrcode installed?' } };
const refused = (message) => ({ error: { kind: 'not_supported', message } });

/** The actions that have a screen; each returns what a `result` has: a value or an error. */
export function handsOf(tab) {
  const { page } = tab;
  const on = async (name, args = {}) => (await tab.perform(name, args)).value;
  const view = () => on('view');
  const show = (name) => tab.perform('show_screen', { name });
  const click = (selector) => page.locator(selector).first().click({ timeout: PATIENCE });
  const tells = () => page.locator(TOLD).first().isVisible();

  /** Does something on the page, and tells what the server answered to the request that follows, or what the page says instead. */
  async function doing(verb, route, act) {
    const told = await tells();
    const answered = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith(route)
      && (response.request().method() === verb || response.status() >= 400), { timeout: PATIENCE });
    const without = answered.then(() => null, () => 'nothing');
    await act();
    const banner = told ? without : page.locator(TOLD).first().waitFor({ timeout: PATIENCE }).then(() => 'an error', () => null);
    const before = await Promise.race([without, banner.then((said) => said ?? without)]);
    if (before && !await Promise.race([answered.catch(() => null), new Promise((resolve) => { setTimeout(resolve, 100); })])) {
      const text = await page.locator(TOLD).first().innerText({ timeout: 100 }).catch(() => '');
      return { error: { kind: 'other', message: `${SILENT}: ${text.trim() || `it shows ${await view()}`}` } };
    }
    const response = await answered;
    await tab.settled();
    if (response.ok()) return { value: null };
    const { error: message, code } = await response.json().catch(() => ({}));
    return { error: { ...described({ message, status: response.status(), code }), aside: !await tells() } };
  }

  /** Types into the six boxes, of which the last sends the code. */
  async function type(code) {
    const last = page.locator(CODE_BOX).last();
    await last.waitFor({ timeout: PATIENCE });
    if (await last.inputValue()) await last.fill(''); // or the same code would be no change
    await page.locator(CODE_BOX).first().fill(code);
  }

  /** To where somebody signs in, from wherever she is. */
  async function toSignIn() {
    if (await view() === 'sign-in') return;
    const back = page.locator('[data-testid=back-button]').first();
    if (await back.isVisible()) await back.click();
    else await page.getByRole('button', { name: 'Log in or sign up' }).click({ timeout: PATIENCE });
    await tab.settled();
  }

  /** From a challenge to another method of hers; whether it is offered. */
  async function choose(name) {
    await click(ANOTHER);
    await tab.settled();
    const offered = await page.locator(method(name)).first().isVisible();
    if (offered) await click(method(name));
    await tab.settled();
    return offered;
  }

  /** To the screen where a code is typed, from wherever she is. */
  async function toCodes(wishes) {
    const { create_mfa_token: token, requested_scopes: scopes } = wishes;
    const at = await view();
    if (at === 'mfa-secure-device') return click('.mfa-secure-device-view__button');
    if (at === 'mfa-verification' && await page.locator(CODE_BOX).first().isDisabled()) { // locked: she opens the screen anew
      await tab.perform('hide_screen', { name: at });
      return show(at);
    }
    if (at === 'mfa-verification' && !token && !scopes) return undefined;
    if (!token || scopes) await tab.perform('prompt_mfa', wishes);
    if (await view() === 'passkey-confirm') await choose('totp');
    if (await view() !== 'mfa-verification') await show('mfa-verification');
    return undefined;
  }

  /** To the ceremony of a passkey that she has, from wherever she is. */
  async function toPasskey(wishes) {
    const at = await view();
    const waits = at === 'passkey-confirm' || at === 'mfa-verification';
    if (!waits || wishes.create_mfa_token || wishes.requested_scopes) {
      await tab.perform('prompt_mfa', wishes);
      if (!waits && await view() !== 'mfa-verification') return; // it has begun, or is over already
    }
    await choose('passkey');
  }

  /** The QR code on the screen, as her phone sees it: a PNG in base64. */
  async function photograph() {
    const code = page.locator('[data-testid=qr-code]');
    if (!await code.waitFor({ timeout: PATIENCE }).then(() => true, () => false)) return null;
    await tab.settled();
    const { x, y, width, height } = await code.boundingBox();
    const clip = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    return (await page.screenshot({ clip })).toString('base64');
  }

  async function readCodes() {
    await page.locator('.mfa-display-backup-codes-view__codes').waitFor({ timeout: PATIENCE }); // where it waits it shows a spinner
    return page.locator(CODE).allInnerTexts();
  }

  const hands = {
    send_email_otp: async ({ email }) => {
      if (await on('signed_in')) return tab.perform('send_email_otp', { email });
      await toSignIn();
      const result = await doing('POST', '/emailVerifications/create', async () => {
        await page.locator('input[type=email]').fill(email);
        await page.keyboard.press('Enter');
      });
      return result.error?.message.startsWith(SILENT) ? refused('the sign-in sends nothing to such an address') : result;
    },
    verify_otp: async (args) => {
      if (await on('signed_in')) return tab.perform('verify_otp', args);
      if (args.requested_scopes || args.allow_new_mfa_linking !== undefined) return refused('the sign-in has no such wish');
      if (!/^[0-9]{6}$/.test(args.code)) return refused('the screen sends six digits, and nothing else');
      return doing('POST', '/emailVerifications/signin', () => type(args.code));
    },
    sign_in_with_passkey: async ({ related_origin_rp_id }) => {
      if (related_origin_rp_id) return refused('the sign-in has no such wish');
      await toSignIn();
      return doing('POST', '/users/passkeys/signin', () => click('[data-testid=passkey-sign-in-button]'));
    },
    register_totp_mfa_device: async () => {
      const at = await view();
      if (at === 'mfa-secure-device') await tab.perform('hide_screen', { name: at });
      const result = await doing('GET', '/users/mfa/register/totp', () => (
        at === 'mfa-choose-device' ? click(method('totp')) : show('mfa-secure-device')));
      if (result.error) {
        await tab.perform('hide_screen', { name: 'mfa-secure-device' });
        return result;
      }
      const qr = await photograph();
      return qr ? { value: { qr } } : NO_CODE;
    },
    authenticate_totp_mfa_device: async ({ code, device_id, ...wishes }) => {
      if (!/^[0-9]{6}$/.test(code)) return refused('the screen sends six digits, and nothing else');
      if (device_id) return refused('the screen asks for no device');
      const isAdding = await view() === 'mfa-secure-device';
      if (isAdding && (wishes.create_mfa_token || wishes.requested_scopes)) return refused('while an app is added the screen has no such wish');
      await toCodes(wishes);
      return doing('POST', '/users/mfa/auth/totp', () => type(code));
    },
    register_passkey: async ({ create_mfa_token }) => {
      if (create_mfa_token !== undefined) return refused('the screen has no such wish');
      if (await view() !== 'mfa-choose-device') await show('mfa-choose-device');
      return doing('POST', '/users/passkeys/register', () => click(method('passkey')));
    },
    authenticate_passkey_mfa: async ({ related_origin_rp_id, ...wishes }) => {
      if (related_origin_rp_id) return refused('the screen has no such wish');
      return doing('POST', '/users/mfa/auth/passkey', () => toPasskey(wishes));
    },
    get_mfa_recovery_codes: async () => {
      if (await view() !== 'mfa-display-backup-codes') {
        const result = await doing('GET', '/users/mfa/recovery', () => show('mfa-display-backup-codes'));
        if (result.error) return result;
      }
      return { value: await readCodes() };
    },
    create_new_mfa_recovery_codes: async () => {
      const renew = page.getByRole('button', { name: 'Get new backup codes' });
      const isOffered = await view() === null && await show('manage-totp') && await renew.isVisible();
      if (!isOffered) return tab.perform('create_new_mfa_recovery_codes', {}); // what is due lies over it, or she has no app
      const result = await doing('POST', '/users/mfa/recovery', () => renew.click({ timeout: PATIENCE }));
      return result.error ? result : { value: await readCodes() };
    },
    acknowledge_recovery_codes: async () => {
      if (await view() !== 'mfa-display-backup-codes') await show('mfa-display-backup-codes');
      return doing('PUT', '/users', async () => {
        await click('[data-testid=ack-button]');
        await click('[data-testid=complete-button]');
      });
    },
    authenticate_mfa_recovery_code: async ({ code, requested_scopes }) => {
      if (!/^[a-zA-Z0-9]{10}$/.test(code)) return refused('the screen sends ten letters and digits, and nothing else');
      if (requested_scopes) return refused('the screen has no such wish');
      const at = await view();
      if (at === 'mfa-verification' || at === 'passkey-confirm') await choose('backupCode');
      if (await view() !== 'mfa-recovery') await show('mfa-recovery');
      return doing('POST', '/users/mfa/auth/recovery', async () => {
        await page.locator('[data-testid=mfa-recovery-input]').fill(code);
        await click('[data-testid=mfa-recovery-submit]');
      });
    },
    prompt_mfa_auth: () => tab.perform('prompt_mfa', {}),
    read_screen: async () => {
      const at = await view();
      if (at === 'mfa-display-backup-codes') return { value: { recovery_codes: await readCodes() } };
      const qr = at === 'mfa-secure-device' ? await photograph() : undefined;
      return qr === null ? NO_CODE : { value: { qr } };
    },
    submit_screen: async ({ code }) => {
      if (code === undefined) return hands.acknowledge_recovery_codes();
      return await view() === 'mfa-recovery' ? hands.authenticate_mfa_recovery_code({ code }) : hands.authenticate_totp_mfa_device({ code });
    },
    /** Escape, beside the screen, the cross: what a user can do. */
    dismiss_screen: async () => {
      await page.keyboard.press('Escape');
      await page.mouse.click(2, 2);
      const cross = page.locator('[data-testid=close-button]').first();
      if (await cross.isVisible()) await cross.click();
      await tab.settled();
      return { value: !await on('current_screen') };
    },
    reload: async () => {
      await tab.reload();
      return { value: null };
    },
  };
  return hands;
}
