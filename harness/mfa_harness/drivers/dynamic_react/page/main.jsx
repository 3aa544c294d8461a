// The page under test: the vendor's provider, its hooks, and the QR code; with `ui` its own user interface as well.
// The driver calls `window.driver.open` once, then `perform` for each action.
import { fresh, stay } from './fresh.js'; // these two before the SDK, which looks around as soon as it is loaded
import { answers, settled } from './traffic.js';
import { askPerson, takeTrouble } from './passkeys.js';
import { useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { DynamicContextProvider, DynamicWidget, useDynamicContext, useSyncMfaFlow } from '@dynamic-labs/sdk-react-core';
import { described } from '../../dynamic_js/words.mjs';
import { actionsOf } from './actions.js';
import { useHooks } from './hooks.js';
import { screenActions, still } from './screens.js';

const page = { ui: false, syncs: false, failures: [], answers, prompts: [] }; // what the actions need, of the latest rendering or told meanwhile
const SIGN_INS = ['verify_otp', 'sign_in_with_passkey', 'sign_in_with_external_jwt'];
const LOOKS = ['state', 'prompts', 'current_screen', 'view', 'signed_in']; // nothing comes of them
const PROMPT = { turns: 4, milliseconds: 15 };
let loaded;
const hasLoaded = new Promise((resolve) => { loaded = resolve; });

const onFailure = ({ error }) => page.failures.push(error);

function Hooks() {
  const [relatedOriginRpId, setRelatedOriginRpId] = useState();
  const [shown, show] = useState();
  const [syncs, setSyncs] = useState(page.syncs);
  const { sdkHasLoaded } = useDynamicContext();
  const showCode = (uri) => new Promise((drawn) => { show({ uri, drawn }); });
  Object.assign(page, { hooks: useHooks({ relatedOriginRpId, onFailure }), setRelatedOriginRpId, showCode, setSyncs });
  useEffect(() => { if (sdkHasLoaded) loaded(); }, [sdkHasLoaded]);
  return (
    <>
      {shown && <QrCode {...shown} />}
      {syncs && <Sync />}
    </>);
}

/** The vendor's screens, or the app's own handler: it puts up screens of its own, and here it keeps a list. */
function Sync() {
  const { userWithMissingInfo: { scope } = {} } = useDynamicContext();
  const due = scope?.split(' ').includes('requiresAdditionalAuth') ? 'mfa' : 'recovery_codes';
  useSyncMfaFlow(page.ui ? undefined : { handler: async () => { page.prompts.push(due); } });
  return null;
}

function QrCode({ uri, drawn }) {
  const canvas = useRef();
  useEffect(() => {
    import('qrcode').then(({ default: qrcode }) => qrcode.toCanvas(canvas.current, uri)).then(() => drawn(canvas.current), () => drawn(null));
  }, [uri, drawn]);
  return <canvas ref={canvas} />;
}

window.driver = {
  /** She is about to load the page again; returns what the app begins with then. */
  stay() {
    stay();
    return { syncs: page.syncs, prompts: page.prompts };
  },

  async open({ base_url, environment_id, ui, syncs = false, prompts = [] }) {
    Object.assign(page, { ui, syncs, prompts });
    if (!ui) askPerson();
    await fresh();
    const settings = {
      environmentId: environment_id, apiBaseUrl: base_url, walletConnectors: [], logLevel: 'WARN', suppressEndUserConsoleWarning: true,
    };
    createRoot(document.getElementById('page')).render(
      <DynamicContextProvider settings={settings} emitErrors={false}>
        <Hooks />
        {ui && <DynamicWidget />}
      </DynamicContextProvider>);
    await hasLoaded;
    await this.settled();
  },

  async perform(action, args) {
    try {
      const value = await { ...actionsOf(page), ...screenActions(page) }[action](args);
      const trouble = takeTrouble();
      if (trouble) throw trouble;
      return { value: value ?? null };
    } catch (error) {
      return { error: described(takeTrouble() ?? error) };
    } finally {
      if (!LOOKS.includes(action)) await (SIGN_INS.includes(action) || page.ui ? this.settled() : settled());
    }
  },

  async settled() {
    await settled();
    const { user, userWithMissingInfo: withheld } = page.hooks.context;
    if (withheld && !user) await settled(PROMPT); // by then the SDK has put up a screen of its own
    if (page.ui) await still();
  },
};
