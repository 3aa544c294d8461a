"""Keys of every algorithm: fido2's COSE classes judge them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fido2 import cbor
from fido2.cose import CoseKey

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.passkey.keys import ALGORITHMS, from_pkcs8
from mfa_simulators.webauthn import Policy

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

    from mfa_simulators.passkey.keys import Algorithm

ORIGIN = "https://app.example.org"
EACH = pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=lambda each: each.name)


@EACH
@pytest.mark.parametrize("deterministic", [True, False])
def test_a_key_signs_what_fido2_verifies(algorithm: Algorithm, deterministic: bool) -> None:
    pair = algorithm.derive(bytes(range(algorithm.seed_size)))
    members: Any = cbor.decode(pair.cose())
    public = CoseKey.parse(members)
    assert public[3] == algorithm.number
    public.verify(b"message", pair.sign(b"message", deterministic=deterministic))
    with pytest.raises(Exception, match=r".*"):
        public.verify(b"another", pair.sign(b"message", deterministic=deterministic))


@EACH
def test_a_key_follows_from_its_seed(algorithm: Algorithm) -> None:
    one, two = (algorithm.derive(bytes(range(algorithm.seed_size))) for _ in range(2))
    assert one.pkcs8() == two.pkcs8()
    assert algorithm.derive(bytes(algorithm.seed_size)).cose() != one.cose()
    signatures = {pair.sign(b"message", deterministic=True) for pair in (one, two)}
    assert (len(signatures) == 1) is algorithm.repeats


@EACH
def test_a_key_is_exported_and_imported(algorithm: Algorithm) -> None:
    pair = algorithm.generate()
    again = from_pkcs8(pair.pkcs8(), algorithm.number)
    assert (again.algorithm, again.cose(), again.spki()) == (algorithm, pair.cose(), pair.spki())


def test_a_key_for_another_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="another kind of key"):
        from_pkcs8(ALGORITHMS[-8].generate().pkcs8(), -7)


@EACH
def test_a_passkey_of_any_algorithm_repeats_under_its_seed(
    algorithm: Algorithm, creation: Options, request_: Options
) -> None:
    one, two = (VirtualPasskey(seed=7, algorithms=(algorithm.number,)) for _ in range(2))
    options = creation(policy=Policy(algorithms=(algorithm.number,)))
    assert one.create(options, origin=ORIGIN) == two.create(options, origin=ORIGIN)
    answers = [key.get(request_(), origin=ORIGIN)["response"] for key in (one, two)]
    assert answers[0]["authenticatorData"] == answers[1]["authenticatorData"]
    assert (answers[0]["signature"] == answers[1]["signature"]) is algorithm.repeats
