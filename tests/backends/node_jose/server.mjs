// A backend on node:http and jose. `/right/me` needs a full session; each fault has a backend below its own name.
//
//   JWKS_URL=... ISSUER=... AUDIENCE=... node server.mjs PORT

import { createServer } from "node:http";

import { sessionTokens } from "./session-token.mjs";
import { faults } from "./wrong.mjs";

const settings = {
  jwksUrl: process.env.JWKS_URL,
  issuer: process.env.ISSUER,
  audience: process.env.AUDIENCE,
  keysSeconds: Number(process.env.KEYS_SECONDS ?? 300),
};

const backends = { right: sessionTokens(settings) };
for (const [name, fault] of Object.entries(faults)) backends[name] = fault.tokens(settings);

createServer(async (request, response) => {
  const [, name, path] = request.url.split("/");
  const answer = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (!Object.hasOwn(backends, name) || path !== "me") return answer(404, { error: "not found" });
  try {
    const claims = await backends[name](request.headers.authorization);
    return answer(200, { user: claims.sub });
  } catch {
    return answer(401, { error: "not signed in" });
  }
}).listen(Number(process.argv[2]), "127.0.0.1");
