// The six screens of the vendor's, by the names that the suite has for them: what opens each, and how it is known by
// what is on the page. The vendor's elements are in open shadow roots.
export const SCREENS = {
  'mfa-choose-device': { setter: 'setShowMfaChooseType', shows: '[data-testid=mfa-choose-device-view]' },
  'mfa-secure-device': { setter: 'setShowMfaQRCode', shows: '[data-testid=mfa-secure-device-view]' },
  'mfa-verification': { setter: 'setShowOTPVerification', shows: '.pin-input__input' },
  'mfa-display-backup-codes': { setter: 'setShowMfaViewBackupCodes', shows: '[data-testid=mfa-display-backup-codes-view]' },
  'mfa-recovery': { setter: 'setShowMfaEnterBackupCodes', shows: '.mfa-recovery-view' },
  'manage-totp': { setter: 'setShowMFAManage', shows: '.manage-totp-mfa-widget-view' },
};
const PATIENCE = 1500; // milliseconds: the vendor fades a screen in and out, for less than half of that

const visible = (selector) => [document, ...[...document.querySelectorAll('.dynamic-shadow-dom')].map((host) => host.shadowRoot)]
  .filter(Boolean).some((root) => root.querySelector(selector)?.checkVisibility({ opacityProperty: true }));

/** The name of the screen that is on the page; a screen that comes lies over one that goes. */
export const current = () => Object.keys(SCREENS).find((name) => visible(SCREENS[name].shows)) ?? null;

async function until(condition) {
  for (const end = performance.now() + PATIENCE; !condition() && performance.now() < end;) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
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
  gone: () => until(() => !current()),
  /** usePromptMfaAuth puts up the screen that suits her; what comes of it is her business. */
  prompt_mfa: async ({ create_mfa_token, requested_scopes }) => {
    page.hooks.promptMfa({ createMfaToken: create_mfa_token, requestedScopes: requested_scopes }).catch(() => {}); // closed
    await until(current);
  },
});
