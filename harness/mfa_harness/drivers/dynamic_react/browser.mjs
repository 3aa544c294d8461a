// Headless Chromium with a tab for each client. Nothing but the API server and the page itself can be reached.
import { createHash, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';

const SWITCHES = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-3d-apis', '--disable-features=LocalNetworkAccessChecks',
];
const WARM = 2; // tabs that are ready before anybody asks for them

/** The script of the page, on a port of its own: there a browser keeps it compiled. */
async function serve(path) {
  const script = readFileSync(path);
  const headers = { 'content-type': 'text/javascript', 'cache-control': 'max-age=31536000, immutable' };
  const server = createServer((_, response) => response.writeHead(200, headers).end(script)).unref();
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return `http://127.0.0.1:${server.address().port}/page.js`;
}

/** The key of a server whose certificate Node trusts (NODE_EXTRA_CA_CERTS): Chromium, which has never heard of that authority, is told. */
const pinOf = (host, port) => new Promise((resolve, reject) => {
  const socket = connect({ host, port, servername: isIP(host) ? undefined : host }, () => {
    const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
    resolve(createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64'));
    socket.end();
  }).on('error', reject);
});

export class Browser {
  #home; #ui; #browser; #script; #tabs = new Map(); // those that nobody has, by origin

  constructor(home, { ui }) { this.#home = home; this.#ui = ui; }

  async #start({ protocol, hostname, port }) {
    const { chromium } = createRequire(resolve(this.#home, 'from-here.js'))('playwright-core');
    this.#script = await serve(join(this.#home, this.#ui ? 'page-ui.js' : 'page.js'));
    const reachable = ['127.0.0.1', 'localhost', hostname].map((name) => `EXCLUDE ${name}`);
    const trusted = protocol === 'https:' ? [`--ignore-certificate-errors-spki-list=${await pinOf(hostname, port || 443)}`] : [];
    return chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true, // and in a user-data-dir of its own, which Playwright makes and removes
      args: [...SWITCHES, ...trusted, `--host-resolver-rules=MAP * ~NOTFOUND,${reachable}`],
    });
  }

  /** A tab at an origin, as a browser that nobody has used before; `api` is the URL that it may reach besides. */
  async take(origin, api) {
    this.#browser ??= this.#start(api);
    await this.#browser;
    if (!this.#tabs.has(origin)) this.#tabs.set(origin, []);
    const free = this.#tabs.get(origin);
    while (free.length <= WARM) this.#put(origin, this.#open(origin));
    return free.shift();
  }

  /** Takes a tab back; it is made ready for the next one meanwhile. */
  giveBack(tab) {
    this.#put(tab.origin, tab.again().then(() => tab, () => this.#open(tab.origin)));
  }

  #put(origin, tab) {
    tab.catch(() => {}); // whoever takes it is told
    this.#tabs.get(origin).push(tab);
  }

  async #open(origin) {
    const context = await (await this.#browser).newContext();
    const tab = new Tab(await context.newPage(), context, origin, this.#script);
    await tab.load();
    return tab;
  }

  async close() {
    await (await this.#browser)?.close();
  }
}

/** A tab with the page in it; `answer` is whoever sits in front of it. */
class Tab {
  #context; #script; #place;
  answer = () => new Promise(() => {});

  constructor(page, context, origin, script) {
    Object.assign(this, { page, origin });
    this.#context = context; this.#script = script;
    page.on('pageerror', (error) => console.error(`uncaught in the page: ${error.message}`));
  }

  async load() {
    await this.#context.exposeBinding('askPerson', (_, what, options) => this.answer(what, options));
    const cdp = this.cdp = await this.#context.newCDPSession(this.page);
    const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div id="page"></div><script src="${this.#script}"></script>`;
    const fulfilled = { responseCode: 200, body: btoa(html), responseHeaders: [{ name: 'content-type', value: 'text/html' }] };
    cdp.on('Fetch.requestPaused', ({ requestId }) => cdp.send('Fetch.fulfillRequest', { requestId, ...fulfilled }).catch(() => {}));
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: `${this.origin}/*`, resourceType: 'Document' }] });
    await this.page.goto(`${this.origin}/`);
  }

  /** As it was before anybody used it; the page itself forgets what it has stored (page/fresh.js). */
  async again() {
    this.answer = () => new Promise(() => {});
    await this.cdp.send('WebAuthn.disable'); // and with it her passkey is unplugged
    await this.#context.clearCookies();
    await this.page.reload();
  }

  open(place) {
    this.#place = place;
    return this.page.evaluate((given) => window.driver.open(given), place);
  }

  /** The same person loads the page again. */
  async reload() {
    const begins = await this.page.evaluate(() => window.driver.stay());
    await this.page.reload();
    await this.open({ ...this.#place, ...begins });
  }

  perform(action, args) { return this.page.evaluate((given) => window.driver.perform(...given), [action, args]); }

  settled() { return this.page.evaluate(() => window.driver.settled()); }
}
