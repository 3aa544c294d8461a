// The vendor's React SDK as a driver of mfa-harness: JSON lines on stdin and stdout (docs/driver.md). With --ui the
// vendor's own user interface is used where there is one, else its hooks.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { described, OPTIONAL } from '../dynamic_js/words.mjs';
import { Authenticator } from './authenticator.mjs';
import { Browser } from './browser.mjs';
import { actionsOf } from './page/actions.js';
import { handsOf, NOT_ON_SCREEN, SEEN } from './ui.mjs';

const ui = process.argv.includes('--ui');
const home = process.env.DYNAMIC_REACT_HOME ?? import.meta.dirname;
const { name, version } = JSON.parse(readFileSync(join(home, 'node_modules/@dynamic-labs/sdk-react-core/package.json'), 'utf8'));
const CEREMONIES = ['register_passkey', 'authenticate_passkey_mfa', 'sign_in_with_passkey'];
const BY_THEMSELVES = ['verify_otp', 'sign_in_with_external_jwt', 'reload', 'refresh_user', 'refresh_auth', 'sign_in_with_passkey']; // screens come after these
const browser = new Browser(home, { ui }), clients = new Map(), asked = new Map();
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
let asks = 0;

const ask = (client, what, more) => new Promise((resolve) => {
  asked.set(`ask ${++asks}`, resolve);
  say({ ask: { id: `ask ${asks}`, client, what, ...more } });
});

/** Somebody's browser, without the vendor's screens. She reacts to the ceremony of what she does, to none that the page begins by itself. */
class Client {
  #reactions = 0;

  constructor(client, { origin }, tab) {
    this.tab = tab;
    tab.answer = (what, options) => (this.#reactions-- > 0 ? ask(client, what, { options, origin }) : new Promise(() => {}));
  }

  async perform(action, args) {
    this.#reactions = CEREMONIES.includes(action) ? 1 : 0;
    if (action !== 'reload') return this.tab.perform(action, args);
    await this.tab.reload();
    return { value: null };
  }
}

/** Somebody who uses the vendor's screens: what has one is done there. */
class Viewer {
  #hands; #authenticator; #prompts = []; #seen = null; #underWay = new Set();

  constructor(client, _, tab) {
    Object.assign(this, { tab });
    this.#hands = handsOf(tab);
    this.#authenticator = new Authenticator(tab.cdp, (what, options) => ask(client, what, { options }));
  }

  /** There is one page before her: what many requests at once come to cannot be seen on it. */
  async perform(action, args) {
    if (this.#underWay.has(action)) return { error: { kind: 'not_supported', message: 'on one page she does one thing after the other' } };
    this.#underWay.add(action);
    return this.#do(action, args).finally(() => this.#underWay.delete(action));
  }

  async #do(action, args) {
    if (action === 'prompts') return { value: this.#prompts };
    if (action === 'sync_mfa_flow') this.#prompts = [];
    const act = () => (this.#hands[action] ? this.#hands[action](args) : this.tab.perform(action, args));
    const means = CEREMONIES.includes(action);
    const result = await (means || action === 'prompt_mfa_auth' || BY_THEMSELVES.includes(action) ? this.#authenticator.within(means, act) : act());
    const { value: seen } = await this.tab.perform('view', {});
    if (BY_THEMSELVES.includes(action) && (seen !== this.#seen || action === 'reload')) this.#note(seen);
    this.#seen = seen;
    return result;
  }

  #note(seen) {
    if (seen === 'mfa-display-backup-codes') this.#prompts.push('recovery_codes');
    else if (seen?.startsWith('mfa-') || seen === 'passkey-confirm') this.#prompts.push('mfa');
  }
}

async function perform(client, action, args) {
  if (action === 'initialize') {
    const tab = await browser.take(args.origin, new URL(args.base_url));
    clients.set(client, new (ui ? Viewer : Client)(client, args, tab));
    await tab.open({ ...args, ui });
  } else if (action === 'close') {
    browser.giveBack(clients.get(client).tab);
    clients.delete(client);
  } else {
    return clients.get(client).perform(action, args);
  }
  return { value: null };
}

async function end() {
  await browser.close();
  process.exit(0);
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { hello, do: wanted, answer } = JSON.parse(line);
  if (hello) {
    const actions = Object.keys(actionsOf({})).filter((action) => !ui || !NOT_ON_SCREEN.includes(action));
    const capabilities = ['initialize', 'close', 'reload', ...actions, ...(ui ? SEEN : [])];
    const about = { name: ui ? `${name} (UI)` : name, version, enrolment: ui ? 'auth' : 'either' };
    say({ hello: { protocol: 1, ...about, capabilities, arguments: OPTIONAL } });
  } else if (wanted) {
    const { id, client, action, args } = wanted;
    say({ result: { id, ...await perform(client, action, args).catch((error) => ({ error: described(error) })) } });
  } else if (answer) {
    asked.get(answer.id)(answer);
    asked.delete(answer.id);
  } else {
    await end();
  }
}).on('close', end);
