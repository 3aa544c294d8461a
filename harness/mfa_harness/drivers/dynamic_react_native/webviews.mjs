// The pages that the client's messages go to. The vendor's page is hosted by the vendor and is not on npm: webview.py
// stands in for it, one process for all pages, a line of JSON for each message of a client's channel.
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';

export class Webviews {
  #pages = new Map();

  constructor() {
    const python = process.env.MFA_PYTHON ?? 'python3';
    this.#process = spawn(python, ['-m', 'mfa_harness.drivers.dynamic_react_native.webview'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.on('exit', (code) => { if (!this.#ended) { console.error(`the webview's stand-in ended with exit code ${code}`); process.exit(1); } });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const { page, message, seen } = JSON.parse(line);
      if (message) this.#pages.get(page)?.heard(message);
      else this.#pages.get(page)?.look.shift()?.(seen);
    });
  }

  #process;
  #ended = false;

  /** A page for a client: `send` what the host says to it, `person` what somebody does who sees it, and then sees. */
  open(page) {
    const opened = {
      heard: () => {},
      look: [],
      load: () => this.#write({ page, act: 'come' }),
      send: (message) => this.#write({ page, message }),
      person: (act, about = {}) => new Promise((resolve) => { opened.look.push(resolve); this.#write({ page, act, ...about }); }),
    };
    this.#pages.set(page, opened);
    return opened;
  }

  close(page) {
    this.#pages.delete(page);
    this.#write({ page, act: 'leave' });
  }

  end() {
    this.#ended = true;
    this.#process.stdin.end();
  }

  #write(line) {
    this.#process.stdin.write(JSON.stringify(line) + '\n');
  }
}
