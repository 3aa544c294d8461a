// What backends on jose get wrong: each verifies, with one thing changed. `caughtBy` names the checks that catch it.

import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";

const bearer = (authorization = "") => authorization.split(" ")[1] ?? "";
const words = (payload) => String(payload.scope ?? "").split(/\s+/);
const full = (payload) => words(payload).includes("user:basic");

function checked(payload, isFull) {
  if (!isFull(payload)) throw new Error("not signed in fully");
  return payload;
}

export const faults = {
  "decoded-only": {
    caughtBy: ["backend.signature.refused", "backend.algorithm.refused", "backend.own-keys.refused"],
    tokens: () => async (authorization) => checked(decodeJwt(bearer(authorization)), full),
  },
  "no-options": {
    caughtBy: ["backend.issuer.refused", "backend.audience.refused"],
    tokens: ({ jwksUrl }) => {
      const keys = createRemoteJWKSet(new URL(jwksUrl));
      return async (authorization) => checked((await jwtVerify(bearer(authorization), keys)).payload, full);
    },
  },
  "includes-on-the-string": {
    caughtBy: ["backend.scope-split.refused[longer]", "backend.scope-split.refused[ending]"],
    tokens: ({ jwksUrl, issuer, audience }) => {
      const keys = createRemoteJWKSet(new URL(jwksUrl));
      return async (authorization) => {
        const { payload } = await jwtVerify(bearer(authorization), keys, { issuer, audience });
        return checked(payload, (each) => String(each.scope).includes("user:basic"));
      };
    },
  },
  "asks-only-for-requiresAdditionalAuth": {
    caughtBy: ["backend.scope-needed.refused"],
    tokens: ({ jwksUrl, issuer, audience }) => {
      const keys = createRemoteJWKSet(new URL(jwksUrl));
      return async (authorization) => {
        const { payload } = await jwtVerify(bearer(authorization), keys, { issuer, audience });
        return checked(payload, (each) => !words(each).includes("requiresAdditionalAuth"));
      };
    },
  },
};
