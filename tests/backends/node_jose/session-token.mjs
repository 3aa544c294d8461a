// Who is calling: the session token of a request, verified. Needs jose, and no framework.

import { createRemoteJWKSet, jwtVerify } from "jose";

const LONGEST = 16_384;

/** Answer 401, and nothing more: the reason is for your log. */
export class NotSignedIn extends Error {}

/**
 * Verifies the session tokens of one environment.
 *
 * jwksUrl: where the environment's keys are: .../sdk/ENVIRONMENT/.well-known/jwks
 * issuer, audience: the `iss` and `aud` of its tokens, exactly.
 */
export function sessionTokens({ jwksUrl, issuer, audience, keysSeconds = 300 }) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: keysSeconds * 1000, // so long a withdrawn key is still believed
    cooldownDuration: Math.min(keysSeconds, 30) * 1000, // so long an unknown key is not asked for again
  });

  return async function claims(authorization = "") {
    const [scheme, token, ...more] = authorization.split(" ");
    if (scheme.toLowerCase() !== "bearer" || !token || more.length || token.length > LONGEST) {
      throw new NotSignedIn("no session token");
    }
    let payload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        algorithms: ["RS256"], // what you configured, never what the token says
        issuer,
        audience,
        clockTolerance: 30,
        requiredClaims: ["iss", "aud", "sub", "iat", "exp"],
      }));
    } catch (error) {
      throw new NotSignedIn(error.message);
    }
    if (!String(payload.scope ?? "").split(/\s+/).includes("user:basic")) {
      throw new NotSignedIn("the session is not signed in fully: MFA may be due");
    }
    return payload;
  };
}
