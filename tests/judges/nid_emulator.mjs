import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const module = createRequire(join(process.argv[2], 'package.json'))('nid-webauthn-emulator');
const Emulator = module.default ?? module.WebAuthnEmulator;
const { AuthenticatorEmulator } = module;
let emulator;

const calls = {
  fresh({ settings }) { emulator = new Emulator(new AuthenticatorEmulator(settings ?? {})); },
  create({ origin, options }) { return emulator.createJSON(origin, options); },
  get({ origin, options }) { return emulator.getJSON(origin, options); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { call, ...argument } = JSON.parse(line);
  let answer;
  try { answer = { value: calls[call](argument) ?? null }; }
  catch (error) { answer = { error: String(error?.stack ?? error) }; }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
