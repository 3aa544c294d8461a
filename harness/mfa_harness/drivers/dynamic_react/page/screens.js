// The six screens of the vendor's, by the names that the suite has for them: what opens each, and how it is known by
// what is on the page. The vendor's elements are in open shadow roots.
const modal = (view) => `[data-dynamic-view="${view}"]`;
export const SCREENS = {
  'mfa-choose-device': { setter: 'setShowMfaChooseType', shows: `${modal('mfa-choose-device')} [data-testid=mfa-choose-device-view]` },
  'mfa-secure-device': { setter: 'setShowMfaQRCode', shows: `${modal('mfa-secure-device')} [data-testid=mfa-secure-device-view]` },
  'mfa-verification': { setter: 'setShowOTPVerification', shows: `${modal('mfa-verification')} .pin-input__input` },
  'mfa-display-backup-codes': { setter: 'setShowMfaViewBackupCodes', shows: `${modal('mfa-display-backup-codes')} [data-testid=mfa-display-backup-codes-view]` },
  'mfa-recovery': { setter: 'setShowMfaEnterBackupCodes', shows: `${modal('mfa-recovery')} .mfa-recovery-view` },
  'manage-totp': { setter: 'setShowMFAManage', shows: '.manage-totp-mfa-widget-view' },
};
/** What has no name in the suite: the two screens of a passkey's ceremony, and where somebody signs in. */
const OTHERS = { 'passkey-setup': '.setup-passkey-view', 'passkey-confirm': '.confirm-passkey-view', 'sign-in': modal('wallet-list') };
const PATIENCE = 2000; // milliseconds, for a screen that may never come; the vendor fades one in and out, for less than half of that
const REST = 8000; // at most, on a machine that has much else to do
const CALM = 3, FRAME = 20; // so many looks, so many milliseconds apart, at which nothing moves

const roots = () => [document, ...[...document.querySelectorAll('.dynamic-shadow-dom')].map((host) => host.shadowRoot)].filter(Boolean);
const visible = (selector) => roots().some((root) => [...root.querySelectorAll(selector)].some((each) => each.checkVisibility({ opacityProperty: true })));
const moves = (root) => root.querySelector('[style*="opacity: 0;"]') || root.getAnimations().some((each) => each instanceof CSSTransition);

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** The name of the screen that is on the page. */
export const current = () => Object.keys(SCREENS).find((name) => visible(SCREENS[name].shows)) ?? null;

/** What is on the page, in the suite's words or our own. */
const view = () => current() ?? Object.keys(OTHERS).find((name) => visible(OTHERS[name])) ?? null;

/**
 * Waits until nothing fades in or out any more. Whoever opens a screen while another one fades loses it again: the SDK goes
 * back to where one signs in when the old one is gone. Nobody who uses a page with her eyes is that fast.
 */
export async function still() {
  const end = performance.now() + REST;
  for (let calm = 0; calm < CALM && performance.now() < end; calm = roots().some(moves) ? 0 : calm + 1) await pause(FRAME);
}

async function until(condition) {
  for (const end = performance.now() + PATIENCE; !condition() && performance.now() < end;) await pause(FRAME);
  return condition();
}

export const screenActions = (page) => ({
  show_screen: ({ name }) => {
    page.hooks.modals[SCREENS[name].setter](true);
    return until(() => current() === name);
  },
  hide_screen: ({ name }) => {
    page.hooks.modals[SCREENS[name].setter](false);
    return until(() => !visible(SCREENS[name].shows));
  },
  current_screen: current,
  view,
  signed_in: () => Boolean(page.hooks.client.user),
  /** usePromptMfaAuth puts up what suits her; what comes of it is her business. */
  prompt_mfa: async ({ create_mfa_token, requested_scopes }) => {
    page.hooks.promptMfa({ createMfaToken: create_mfa_token, requestedScopes: requested_scopes }).catch(() => {}); // closed
    await until(view);
  },
});
