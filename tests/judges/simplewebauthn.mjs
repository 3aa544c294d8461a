import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const found = createRequire(join(process.argv[2], 'package.json')).resolve('@simplewebauthn/server');
const { verifyRegistrationResponse, verifyAuthenticationResponse, SettingsService } =
  await import(pathToFileURL(found));
const bytes = text => new Uint8Array(Buffer.from(text, 'base64url'));

const calls = {
  trust({ format, pem }) { SettingsService.setRootCertificates({ identifier: format, certificates: [pem] }); },
  async register({ response, challenge, origin, rpId, algorithms }) {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId,
      requireUserVerification: true, supportedAlgorithmIDs: algorithms,
    });
    const { credential, fmt, credentialBackedUp, credentialDeviceType } = registrationInfo;
    return {
      verified, fmt, credentialBackedUp, credentialDeviceType, counter: credential.counter,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    };
  },
  async authenticate({ response, challenge, origin, rpId, id, publicKey, counter }) {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId,
      requireUserVerification: true, credential: { id, publicKey: bytes(publicKey), counter },
    });
    return { verified, counter: authenticationInfo.newCounter };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { call, ...argument } = JSON.parse(line);
  let answer;
  try { answer = { value: (await calls[call](argument)) ?? null }; }
  catch (error) { answer = { error: String(error?.stack ?? error) }; }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
