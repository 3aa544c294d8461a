// @simplewebauthn/server behind JSON lines on stdin and stdout: one relying party a `fresh`.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const folder = process.argv[2] ?? process.cwd();
const found = createRequire(join(folder, 'package.json')).resolve('@simplewebauthn/server');
const {
  generateRegistrationOptions, verifyRegistrationResponse,
  generateAuthenticationOptions, verifyAuthenticationResponse,
} = await import(pathToFileURL(found));

const origin = 'https://app.example.org';
const rpID = 'example.org';
let challenge, credential;

const calls = {
  async fresh() { challenge = credential = undefined; },
  async creation_options() {
    const options = await generateRegistrationOptions({
      rpName: 'Example', rpID, userName: 'alice', userID: new TextEncoder().encode('user 1'),
      attestationType: 'direct', supportedAlgorithmIDs: [-7],
      authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
    });
    challenge = options.challenge;
    return options;
  },
  async register(response) {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpID,
      requireUserVerification: true, supportedAlgorithmIDs: [-7],
    });
    if (!verified) throw new Error('not verified');
    credential = registrationInfo.credential;
  },
  async request_options() {
    const options = await generateAuthenticationOptions({
      rpID, allowCredentials: [{ id: credential.id }], userVerification: 'required',
    });
    challenge = options.challenge;
    return options;
  },
  async authenticate(response) {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpID,
      credential, requireUserVerification: true,
    });
    if (!verified) throw new Error('not verified');
    credential.counter = authenticationInfo.newCounter;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { call, argument } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await calls[call](argument)) ?? null };
  } catch (error) {
    answer = { error: String(error?.message ?? error), kind: error?.constructor?.name ?? 'unknown' };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
