// The vendor's JavaScript SDK as a driver of mfa-harness: JSON lines on stdin and stdout (docs/driver.md).
import { createInterface } from 'node:readline';
import { actionsOf, makeClient, name, version } from './sdk.mjs';
import { described, OPTIONAL } from './words.mjs';

globalThis.document ??= { cookie: '' }; // in cookie mode the SDK's logout writes to it
console.log = console.info = console.error; // stdout is the protocol's
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const clients = new Map(), asked = new Map();
let asks = 0;

const ask = (client) => (what, about) => new Promise((resolve, reject) => {
  asked.set(`ask ${++asks}`, { resolve, reject });
  say({ ask: { id: `ask ${asks}`, client, what, ...about } });
});

async function perform({ id, client, action, args }) {
  try {
    let value = null;
    if (action === 'initialize') clients.set(client, await makeClient(args, ask(client)));
    else if (action === 'close') clients.delete(client);
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
    say({ hello: { protocol: 1, name, version, capabilities, arguments: OPTIONAL, enrolment: 'auth' } });
  } else if (wanted) {
    await perform(wanted);
  } else if (answer) {
    const { resolve, reject } = asked.get(answer.id);
    asked.delete(answer.id);
    if (answer.error) reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
    else resolve(answer.value);
  } else {
    process.exit(0); // bye
  }
}).on('close', () => process.exit(0));
