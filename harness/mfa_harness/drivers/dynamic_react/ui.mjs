// The vendor's own user interface, used as a person uses it: what has a screen is clicked, typed and read off the page.
// For what has none the hooks do, as in the page without a user interface (page/actions.js).
import { described } from '../dynamic_js/words.mjs';

const PATIENCE = 8000; // milliseconds, for an answer of the server's
const MARGIN = 24; // pixels around the QR code: a scanner wants to see where it ends
const CODE_BOX = '.pin-input__input';
const TOLD = '.modal-header__banner--error, .pin-input__input--error, .error-container, .mfa-recovery-view ~ *';

/** What a person sees, and what she cannot do with it. */
export const SEEN = [
  'show_screen', 'hide_screen', 'current_screen', 'read_screen', 'submit_screen', 'dismiss_screen', 'prompt_mfa_auth',
];
export const NOT_ON_SCREEN = ['verify_totp_mfa_device', 'create_new_mfa_recovery_codes', 'prompts'];

const NO_CODE = { error: { kind: 'other', message: 'no QR code on the page: is qrcode installed?' } };
const refused = (message) => ({ error: { kind: 'not_supported', message } });

/** The actions that have a screen; each returns what a `result` has: a value or an error. */
export function handsOf(tab) {
  const { page } = tab;
  const screen = async () => (await tab.perform('current_screen', {})).value;
  const show = (name) => tab.perform('show_screen', { name });
  const click = (selector) => page.locator(selector).first().click();

  /** Does something on the page, and tells what the server answered to the request that follows. */
  async function doing(method, route, act) {
    const answered = page.waitForResponse(
      (response) => response.request().method() === method && new URL(response.url()).pathname.endsWith(route), { timeout: PATIENCE });
    answered.catch(() => {}); // told below
    await act();
    const response = await answered;
    await tab.settled();
    if (response.ok()) return { value: null };
    const { error: message, code } = await response.json().catch(() => ({}));
    return { error: { ...described({ message, status: response.status(), code }), aside: !await page.locator(TOLD).first().isVisible() } };
  }

  /** Types into the six boxes, of which the last sends the code. */
  async function type(code) {
    const last = page.locator(CODE_BOX).last();
    await last.waitFor();
    if (await last.inputValue()) await last.fill(''); // or the same code would be no change
    await page.locator(CODE_BOX).first().fill(code);
  }

  /** To the screen where a code is typed, from wherever she is. */
  async function toCodes({ create_mfa_token, requested_scopes }) {
    const at = await screen();
    if (at === 'mfa-secure-device') return click('.mfa-secure-device-view__button');
    if (at === 'mfa-choose-device') return click('[data-testid=mfa-device-header-totp]');
    if (at === 'mfa-verification') return undefined;
    if (create_mfa_token && !requested_scopes) return show('mfa-verification');
    return tab.perform('prompt_mfa', { create_mfa_token, requested_scopes });
  }

  /** The QR code on the screen, as her phone sees it: a PNG in base64. */
  async function photograph() {
    const code = page.locator('[data-testid=qr-code]');
    if (!await code.waitFor({ timeout: PATIENCE }).then(() => true, () => false)) return null;
    const { x, y, width, height } = await code.boundingBox();
    const clip = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    return (await page.screenshot({ clip })).toString('base64');
  }

  async function readCodes() {
    const codes = page.locator('.mfa-display-backup-codes-view__code');
    await codes.first().waitFor({ timeout: PATIENCE });
    return codes.allInnerTexts();
  }

  const hands = {
    send_email_otp: async ({ email }) => {
      if ((await tab.perform('state', {})).value.user) return tab.perform('send_email_otp', { email });
      return doing('POST', '/emailVerifications/create', async () => {
        await page.getByRole('button', { name: 'Log in or sign up' }).click();
        await page.locator('input[type=email]').fill(email);
        await page.keyboard.press('Enter');
      });
    },
    verify_otp: async (args) => {
      if ((await tab.perform('state', {})).value.user) return tab.perform('verify_otp', args);
      if (args.requested_scopes || args.allow_new_mfa_linking !== undefined) return refused('the sign-in has no such wish');
      return doing('POST', '/emailVerifications/signin', () => type(args.code));
    },
    register_totp_mfa_device: async () => {
      const at = await screen();
      if (at === 'mfa-secure-device') await tab.perform('hide_screen', { name: at });
      const result = await doing('GET', '/users/mfa/register/totp', () => (
        at === 'mfa-choose-device' ? click('[data-testid=mfa-device-header-totp]') : show('mfa-secure-device')));
      if (result.error) {
        await tab.perform('hide_screen', { name: 'mfa-secure-device' });
        return result;
      }
      const qr = await photograph();
      return qr ? { value: { qr } } : NO_CODE;
    },
    authenticate_totp_mfa_device: async (args) => {
      if (!/^[0-9]{6}$/.test(args.code)) return refused('the screen sends six digits, and nothing else');
      await toCodes(args);
      return doing('POST', '/users/mfa/auth/totp', () => type(args.code));
    },
    get_mfa_recovery_codes: async () => {
      if (await screen() !== 'mfa-display-backup-codes') {
        const result = await doing('GET', '/users/mfa/recovery', () => show('mfa-display-backup-codes'));
        if (result.error) return result;
      }
      return { value: await readCodes() };
    },
    acknowledge_recovery_codes: async () => {
      if (await screen() !== 'mfa-display-backup-codes') await show('mfa-display-backup-codes');
      return doing('PUT', '/users', async () => {
        await click('[data-testid=ack-button]');
        await click('[data-testid=complete-button]');
      });
    },
    authenticate_mfa_recovery_code: async ({ code, requested_scopes }) => {
      if (!/^[a-zA-Z0-9]{10}$/.test(code)) return refused('the screen sends ten letters and digits, and nothing else');
      if (requested_scopes) return refused('the screen has no such wish');
      if (await screen() === 'mfa-verification') {
        await click('.mfa-verification-view__choose-another-method-button');
        await click('[data-testid=mfa-device-header-backupCode]');
      } else if (await screen() !== 'mfa-recovery') {
        await show('mfa-recovery');
      }
      return doing('POST', '/users/mfa/auth/recovery', async () => {
        await page.locator('[data-testid=mfa-recovery-input]').fill(code);
        await click('[data-testid=mfa-recovery-submit]');
      });
    },
    prompt_mfa_auth: () => tab.perform('prompt_mfa', {}),
    read_screen: async () => {
      const at = await screen();
      if (at === 'mfa-display-backup-codes') return { value: { recovery_codes: await readCodes() } };
      const qr = at === 'mfa-secure-device' ? await photograph() : undefined;
      return qr === null ? NO_CODE : { value: { qr } };
    },
    submit_screen: async ({ code }) => {
      if (code === undefined) return hands.acknowledge_recovery_codes();
      return await screen() === 'mfa-recovery' ? hands.authenticate_mfa_recovery_code({ code }) : hands.authenticate_totp_mfa_device({ code });
    },
    /** Escape, beside the screen, the cross: what a user can do. */
    dismiss_screen: async () => {
      await page.keyboard.press('Escape');
      await page.mouse.click(2, 2);
      const cross = page.locator('[data-testid=close-button]').first();
      if (await cross.isVisible()) await cross.click();
      return { value: (await tab.perform('gone', {})).value };
    },
  };
  return hands;
}
