// The vendor's React Native client as a driver of mfa-harness: JSON lines on stdin and stdout (docs/driver.md).
import { createInterface } from 'node:readline';
import { OPTIONAL } from '../dynamic_js/words.mjs';
import { Webviews } from './webviews.mjs';
import { actionsOf, described, makeClient, name, version } from './sdk.mjs';

console.log = console.info = console.warn = console.error; // stdout is the protocol's
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const webviews = new Webviews(), clients = new Map(), asked = new Map();
let asks = 0;

/** What only the person can give; her phone's passkey is on the other side. */
const ask = (client) => (what, about) => new Promise((resolve, reject) => {
  asked.set(`ask ${++asks}`, { resolve, reject });
  say({ ask: { id: `ask ${asks}`, client, what, ...about } });
});

async function perform({ id, client, action, args }) {
  try {
    let value = null;
    if (action === 'initialize') clients.set(client, await makeClient(args, webviews.open(client), ask(client)));
    else if (action === 'close') { clients.delete(client); webviews.close(client); }
    else value = (await clients.get(client)[action](args)) ?? null;
    say({ result: { id, value } });
  } catch (error) {
    say({ result: { id, error: described(error) } });
  }
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { hello, do: wanted, answer } = JSON.parse(line);
  if (hello) {
    const capabilities = ['initialize', 'close', ...Object.keys(actionsOf())];
    say({ hello: { protocol: 1, name, version, capabilities, arguments: OPTIONAL, enrolment: 'either' } });
  } else if (wanted) {
    await perform(wanted);
  } else if (answer) {
    const { resolve, reject } = asked.get(answer.id);
    asked.delete(answer.id);
    if (answer.error) reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
    else resolve(answer.value);
  } else {
    webviews.end();
    process.exit(0); // bye
  }
}).on('close', () => { webviews.end(); process.exit(0); });
