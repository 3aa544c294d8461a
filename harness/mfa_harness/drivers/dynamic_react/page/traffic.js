// When the page has come to rest: the SDK starts flows of its own after an action, and they are to have had their
// answers before the next action begins, as they have for a person.
export const answers = []; // of the server's, oldest first: {method, url, ok, status, body}, the body of a refusal
let underWay = 0;

const real = window.fetch;
window.fetch = async (...request) => {
  underWay += 1;
  try {
    const response = await real(...request);
    const { url, ok, status } = response;
    const method = request[1]?.method ?? request[0].method ?? 'GET';
    answers.push({ method, url, ok, status, body: ok ? null : await response.clone().json().catch(() => ({})) });
    return response;
  } finally {
    underWay -= 1;
  }
};

const { send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function counted(...body) {
  underWay += 1;
  this.addEventListener('loadend', () => { underWay -= 1; });
  return send.apply(this, body);
};

/** Waits until for some turns of the event loop no request has been under way. */
export async function settled({ turns = 2, milliseconds = 0 } = {}) {
  for (let quiet = 0; quiet < turns; quiet = underWay ? 0 : quiet + 1) {
    await new Promise((resolve) => { setTimeout(resolve, underWay ? 5 : milliseconds); });
  }
}
