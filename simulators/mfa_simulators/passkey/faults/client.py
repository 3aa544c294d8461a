"""Lies about the client data: type, challenge, origin, frames, and the JSON itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import base64url
from mfa_simulators.passkey.faults.fault import ACCEPT, POLICY, client

if TYPE_CHECKING:
    from mfa_simulators.passkey.client_data import ClientData

EVIL: Final = "evil.example"  # RFC 2606 keeps .example out of the real world
_LAST_PORT: Final = 65535
_OTHER_TYPE: Final = {"webauthn.create": "webauthn.get", "webauthn.get": "webauthn.create"}


@client("type-swapped", "It says that this is the other ceremony.", create=7, get=10)
def _type_swapped(data: ClientData) -> None:
    data.type = _OTHER_TYPE[data.type or ""]


@client("type-payment", "It says that this is a payment confirmation.", create=7, get=10)
def _type_payment(data: ClientData) -> None:
    data.type = "payment.get"


@client("challenge-other", "It answers another challenge.", create=8, get=11)
def _challenge_other(data: ClientData) -> None:
    sent = base64url.decode(data.challenge or "")
    data.challenge = base64url.encode(hashlib.shake_256(b"another challenge" + sent).digest(len(sent)))


@client("challenge-truncated", "It answers the first half of the challenge.", create=8, get=11)
def _challenge_truncated(data: ClientData) -> None:
    sent = data.challenge or ""
    data.challenge = sent[: len(sent) // 2]


@client("challenge-padded", "It writes the challenge with base64 padding.", create=8, get=11)
def _challenge_padded(data: ClientData) -> None:
    sent = data.challenge or ""
    data.challenge = sent + "=" * (-len(sent) % 4 or 4)


@client("challenge-missing", "The client data has no challenge.", create=8, get=11)
def _challenge_missing(data: ClientData) -> None:
    data.challenge = None


@client("origin-foreign", "The page is another site's.", create=9, get=12)
def _origin_foreign(data: ClientData) -> None:
    data.origin = f"https://{EVIL}"


@client("origin-subdomain", "The page is on a subdomain of ours.", create=9, get=12)
def _origin_subdomain(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    data.origin = f"{scheme}://other.{host}{port}"


@client("origin-prefix", "The page's domain ends like ours: evil-HOST.", create=9, get=12)
def _origin_prefix(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    data.origin = f"{scheme}://evil-{host}{port}"


@client("origin-suffix", "The page's domain begins like ours: HOST.evil.example.", create=9, get=12)
def _origin_suffix(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    data.origin = f"{scheme}://{host}.{EVIL}{port}"


@client(
    "origin-userinfo",
    "Our host is only the user name in the origin: HOST@evil.example.",
    create=9,
    get=12,
)
def _origin_userinfo(data: ClientData) -> None:
    scheme, host, _ = _parts(data)
    data.origin = f"{scheme}://{host}@{EVIL}"


@client(
    "origin-port",
    "The page is on another port.",
    create=9,
    get=12,
    when="no expected origin takes any port",
)
def _origin_port(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    other = int(port[1:]) % _LAST_PORT + 1 if port else 8443
    data.origin = f"{scheme}://{host}:{other}"


@client("origin-http", "The page's scheme is the other one of https and http.", create=9, get=12)
def _origin_http(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    data.origin = f"{'http' if scheme == 'https' else 'https'}://{host}{port}"


@client("origin-slash", "The origin ends in a slash.", create=9, get=12)
def _origin_slash(data: ClientData) -> None:
    data.origin = f"{data.origin}/"


@client("origin-null", "The origin is opaque: null.", create=9, get=12)
def _origin_null(data: ClientData) -> None:
    data.origin = "null"


@client("origin-missing", "The client data has no origin.", create=9, get=12)
def _origin_missing(data: ClientData) -> None:
    data.origin = None


@client(
    "cross-origin",
    "The page is framed by another site's.",
    create=10,
    get=13,
    when="no frames are expected",
)
def _cross_origin(data: ClientData) -> None:
    data.cross_origin = True


@client(
    "top-origin",
    "It names a foreign page around ours, while crossOrigin is false.",
    create=11,
    get=14,
    when="no frames are expected",
)
def _top_origin(data: ClientData) -> None:
    data.cross_origin = False
    data.top_origin = f"https://{EVIL}"


@client("client-data-not-json", "The client data is no JSON.", create=6, get=9)
def _not_json(data: ClientData) -> None:
    data.raw = b"not JSON"


@client("client-data-not-object", "The client data is a JSON array.", create=6, get=9)
def _not_object(data: ClientData) -> None:
    data.raw = b'["webauthn"]'


@client(
    "client-data-bad-utf8",
    "The client data holds a byte that is no UTF-8, in a member that nobody reads.",
    create=POLICY,
    get=POLICY,
)
def _bad_utf8(data: ClientData) -> None:
    data.raw = data.render()[:-1] + b',"note":"\xff"}'


@client("client-data-bom", "The client data begins with a byte order mark.", create=ACCEPT, get=ACCEPT)
def _byte_order_mark(data: ClientData) -> None:
    data.raw = b"\xef\xbb\xbf" + data.render()


@client(
    "client-data-extra-member",
    "The client data has a member of a future version.",
    create=ACCEPT,
    get=ACCEPT,
)
def _extra_member(data: ClientData) -> None:
    data.extra = {"extraData": "clientDataJSON may be extended with additional fields in the future"}


@client("challenge-empty", "The challenge is empty.", create=8, get=11)
def _challenge_empty(data: ClientData) -> None:
    data.challenge = ""


@client("challenge-extended", "It answers the challenge with more behind it.", create=8, get=11)
def _challenge_extended(data: ClientData) -> None:
    data.challenge = f"{data.challenge}AAAA"


@client("challenge-folded", "It writes the challenge in the other case of letters.", create=8, get=11)
def _challenge_folded(data: ClientData) -> None:
    data.challenge = (data.challenge or "").swapcase()


@client("type-missing", "The client data has no type.", create=7, get=10)
def _type_missing(data: ClientData) -> None:
    data.type = None


@client("type-uppercase", "It writes the type in capital letters.", create=7, get=10)
def _type_uppercase(data: ClientData) -> None:
    data.type = (data.type or "").upper()


@client("origin-uppercase", "It writes the origin in capital letters.", create=9, get=12)
def _origin_uppercase(data: ClientData) -> None:
    data.origin = (data.origin or "").upper()


@client("origin-dot", "The page's domain ends in a dot, which makes it another origin.", create=9, get=12)
def _origin_dot(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    data.origin = f"{scheme}://{host}.{port}"


@client("origin-path", "The origin has a path.", create=9, get=12)
def _origin_path(data: ClientData) -> None:
    data.origin = f"{data.origin}/login"


@client("origin-look-alike", "The page's domain only looks like ours, in another script.", create=9, get=12)
def _origin_look_alike(data: ClientData) -> None:
    scheme, host, port = _parts(data)
    # A Cyrillic letter for a Latin one, as browsers write it: in Punycode.
    first, dot, rest = host.partition(".")
    forged = (first + "\u0430").encode("idna").decode()
    data.origin = f"{scheme}://{forged}{dot}{rest}{port}"


@client("origin-android", "It comes from an Android app that nobody expects.", create=9, get=12)
def _origin_android(data: ClientData) -> None:
    signer = hashlib.sha256(EVIL.encode()).digest()
    data.origin = f"android:apk-key-hash:{base64url.encode(signer)}"


@client("origin-array", "The origin is an array that holds ours.", create=9, get=12)
def _origin_array(data: ClientData) -> None:
    rendered = data.render()
    quoted = b'"' + (data.origin or "").encode() + b'"'
    data.raw = rendered.replace(quoted, b"[" + quoted + b"]", 1)


@client(
    "framed-by-foreigner",
    "The page is framed by another site's, which is named.",
    create=10,
    get=13,
    when="no frames are expected",
)
def _framed_by_foreigner(data: ClientData) -> None:
    data.cross_origin = True
    data.top_origin = f"https://{EVIL}"


@client("client-data-empty", "The client data is empty.", create=6, get=9)
def _empty(data: ClientData) -> None:
    data.raw = b""


@client("client-data-utf16", "The client data is in UTF-16.", create=6, get=9)
def _utf16(data: ClientData) -> None:
    data.raw = data.render().decode().encode("utf-16")


@client(
    "client-data-duplicate-member",
    "The client data has two origins: another site's, then ours.",
    create=POLICY,
    get=POLICY,
)
def _duplicate_member(data: ClientData) -> None:
    data.raw = b'{"origin":"https://' + EVIL.encode() + b'",' + data.render()[1:]


@client(
    "client-data-nested",
    "A member of the client data that nobody knows is ten thousand levels deep.",
    create=POLICY,
    get=POLICY,
)
def _nested(data: ClientData) -> None:
    depth = 10_000
    data.raw = data.render()[:-1] + b',"deep":' + b"[" * depth + b"]" * depth + b"}"


@client(
    "client-data-reordered",
    "The members of the client data stand in another order.",
    create=ACCEPT,
    get=ACCEPT,
)
def _reordered(data: ClientData) -> None:
    members = json.loads(data.render())
    data.raw = json.dumps(dict(reversed(members.items())), ensure_ascii=False, separators=(",", ":")).encode()


@client("client-data-pretty", "The client data is laid out over several lines.", create=ACCEPT, get=ACCEPT)
def _pretty(data: ClientData) -> None:
    data.raw = json.dumps(json.loads(data.render()), ensure_ascii=False, indent=2).encode()


@client(
    "client-data-token-binding",
    "The client data has the tokenBinding member of Level 2.",
    create=ACCEPT,
    get=ACCEPT,
)
def _token_binding(data: ClientData) -> None:
    data.raw = data.render()[:-1] + b',"tokenBinding":{"status":"supported"}}'


def _parts(data: ClientData) -> tuple[str, str, str]:
    """Scheme, host, and `:port` or nothing."""
    scheme, _, rest = (data.origin or "").partition("://")
    host, colon, port = rest.partition(":")
    return scheme, host, colon + port
