// Chromium's own virtual authenticator, in the person's hands: it holds the credentials of her simulated passkey while
// she uses the page, and hands back what it has made and counted (Chrome DevTools Protocol, domain WebAuthn).
const AWAY = 'NotAllowedError'; // she has no passkey at all

export class Authenticator {
  #cdp; #ask; #id; #held = '';

  /** `ask` asks the person: it returns a `value` or an `error`. */
  constructor(cdp, ask) { this.#cdp = cdp; this.#ask = ask; }

  #send(method, params = {}) { return this.#cdp.send(`WebAuthn.${method}`, { authenticatorId: this.#id, ...params }); }

  /** Does something on the page with her passkey in reach; she reacts to a ceremony only if she `means` it. */
  async within(means, act) {
    const { value, error } = await this.#ask('passkey.read');
    if (error && error.name !== AWAY) {
      if (means) return { error: { kind: 'not_supported', message: error.message } };
      return act();
    }
    const trouble = await this.#hold(value);
    if (trouble && means) return { error: { kind: 'not_supported', message: trouble } };
    if (means) await this.#send('setAutomaticPresenceSimulation', { enabled: true });
    try {
      return await act();
    } finally {
      if (means) await this.#handBack();
    }
  }

  async #hold(passkey) {
    const wanted = JSON.stringify(passkey ?? null);
    if (wanted === this.#held) return undefined;
    if (this.#id) await this.#send('removeVirtualAuthenticator');
    else await this.#cdp.send('WebAuthn.enable');
    this.#held = wanted;
    const { authenticator = {}, credentials = [] } = passkey ?? {};
    const options = {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      ...authenticator, automaticPresenceSimulation: false,
    };
    this.#id = (await this.#cdp.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
    try {
      for (const credential of credentials) await this.#send('addCredential', { credential });
    } catch (error) {
      this.#held = '';
      return `Chromium does not take this credential: ${error.message}`;
    }
    return undefined;
  }

  async #handBack() {
    await this.#send('setAutomaticPresenceSimulation', { enabled: false });
    const { credentials } = await this.#send('getCredentials');
    const { value } = await this.#ask('passkey.write', { credentials });
    this.#held = JSON.stringify(value ?? null); // as it is read from now on
  }
}
