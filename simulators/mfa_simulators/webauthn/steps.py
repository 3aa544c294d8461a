"""Where each check stands in WebAuthn Level 3: section 7.1 for a registration, 7.2 for an authentication.

Numbers are those of the Candidate Recommendation of Level 3; both sections make most checks alike, under
numbers of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The step names of the checks that both ceremonies make."""

    response: str
    extension_results: str
    client_data: str
    type: str
    challenge: str
    origin: str
    cross_origin: str
    top_origin: str
    authenticator_data: str
    rp_id_hash: str
    user_present: str
    user_verified: str
    backup_state: str
    extensions: str


REGISTRATION: Final = Steps(
    response="7.1 step 3",
    extension_results="7.1 step 4",
    client_data="7.1 step 6",
    type="7.1 step 7",
    challenge="7.1 step 8",
    origin="7.1 step 9",
    cross_origin="7.1 step 10",
    top_origin="7.1 step 11",
    authenticator_data="7.1 step 13",
    rp_id_hash="7.1 step 14",
    user_present="7.1 step 15",
    user_verified="7.1 step 16",
    backup_state="7.1 step 17",
    extensions="7.1 step 28",
)
BACKUP_ELIGIBLE_POLICY: Final = "7.1 step 18"
BACKUP_STATE_POLICY: Final = "7.1 step 19"
ALGORITHM: Final = "7.1 step 20"
ATTESTATION_FORMAT: Final = "7.1 step 21"
ATTESTATION_STATEMENT: Final = "7.1 step 22"
ATTESTATION_TRUST: Final = "7.1 step 24"
CREDENTIAL_ID_LENGTH: Final = "7.1 step 25"
CREDENTIAL_ID_NEW: Final = "7.1 step 26"
CREDENTIAL_RECORD: Final = "7.1 step 27"

AUTHENTICATION: Final = Steps(
    response="7.2 step 3",
    extension_results="7.2 step 4",
    client_data="7.2 step 9",
    type="7.2 step 10",
    challenge="7.2 step 11",
    origin="7.2 step 12",
    cross_origin="7.2 step 13",
    top_origin="7.2 step 14",
    authenticator_data="7.2 step 7",
    rp_id_hash="7.2 step 15",
    user_present="7.2 step 16",
    user_verified="7.2 step 17",
    backup_state="7.2 step 18",
    extensions="7.2 step 23",
)
ALLOWED: Final = "7.2 step 5"
OWNER: Final = "7.2 step 6"
BACKUP_CHANGE: Final = "7.2 step 19"
SIGNATURE: Final = "7.2 step 21"
COUNTER: Final = "7.2 step 22"
