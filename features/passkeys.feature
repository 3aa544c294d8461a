Feature: Passkeys
  A passkey is enrolled by registering it; every answer it gives is checked, step by step of the standard.

  @passkey.registration-authenticates.onboarding
  Scenario: Registering a passkey is MFA by itself
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she registers a passkey
    Then she is fully signed in

  @passkey.satisfies-mfa.challenge
  Scenario: Her passkey meets the challenge
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she answers the passkey challenge
    Then she is fully signed in

  @passkey.satisfies-mfa.beside-app
  Scenario: Who has both may use either
    Given session-based MFA is on
    And a user who has enrolled an authenticator app and a passkey
    And she has signed in again
    When she answers the passkey challenge
    Then she is fully signed in

  @passkey.sign-in.in
  Scenario: A passkey signs her in
    Given a user who has enrolled a passkey
    When she signs in again with her passkey
    Then she is fully signed in

  @passkey.several-bounded.two
  Scenario: A second passkey is welcome
    Given a user who has enrolled a passkey
    When she registers another passkey
    Then she succeeds
    And 2 passkeys are listed

  @passkey.several-bounded.limit
  Scenario: There is a limit to the number of passkeys
    Given the setting "passkeys_per_user" is 2
    And a user who has enrolled a passkey
    And she registers another passkey
    When she registers another passkey
    Then she is refused with "too many passkeys"
    And 2 passkeys are listed

  @passkey.options.excludes
  Scenario: The same authenticator cannot be registered twice
    Given a user who has enrolled a passkey
    Then registering again excludes the passkeys that she has

  @passkey.deletion-needs-mfa.no-token
  Scenario: A passkey is not deleted without a fresh MFA
    Given a user who has enrolled a passkey
    When she tries to delete her passkey with no token
    Then she is refused with "step-up required"
    And 1 passkey is listed

  @passkey.deletion-needs-mfa.made-up-token
  Scenario: A made-up token does not delete a passkey
    Given a user who has enrolled a passkey
    When she tries to delete her passkey with a made-up token
    Then she is refused with "step-up required"
    And 1 passkey is listed

  @passkey.deletion-needs-mfa.with-token
  Scenario: After a fresh MFA a passkey can be deleted
    Given a user who has enrolled an authenticator app and a passkey
    When she tries to delete her passkey with an MFA token
    Then she succeeds
    And 0 passkeys are listed

  @passkey.deleted-refused.challenge
  Scenario: A deleted passkey meets no challenge
    Given a user who has enrolled an authenticator app and a passkey
    And she registers another passkey
    And she tries to delete her passkey with an MFA token
    When she answers the passkey challenge with the deleted passkey
    Then she is refused

  @passkey.own-credential.other-user
  Scenario: Somebody else's passkey meets no challenge of hers
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she answers the passkey challenge with the other user's passkey
    Then she is refused

  @passkey.own-credential.unknown
  Scenario: A passkey that nobody registered meets no challenge
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response from an unknown credential
    Then she is refused

  @passkey.own-credential.user-handle
  Scenario: An answer that names another user is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response that names another user
    Then she is refused

  @passkey.own-credential.foreign-deletion
  Scenario: Nobody deletes somebody else's passkey
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she tries to delete the other user's passkey with an MFA token
    Then she is refused with "no such device"
    And the other user has a passkey enrolled

  @passkey.challenge.answer
  Scenario: An answer to another challenge is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response to another challenge
    Then she is refused

  @passkey.challenge.registration
  Scenario: A registration for another challenge is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response to another challenge
    Then she is refused

  @passkey.challenge-once.replay
  Scenario: The same answer is not taken twice
    Given a user who has enrolled a passkey
    And she answers the passkey challenge
    When she sends the same passkey response again
    Then she is refused

  @passkey.origin.answer
  Scenario Outline: An answer made <wrong> is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case       | wrong                                      |
      | foreign    | made on another website |
      | subdomain  | made on a subdomain of the website |
      | suffix     | made on a look-alike of the website |

  @passkey.origin.registration
  Scenario: A passkey made for another website is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response made on another website
    Then she is refused
    And 0 passkeys are listed

  @passkey.rp-id.answer
  Scenario: An answer for another relying party is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response for another relying party
    Then she is refused

  @passkey.rp-id.registration
  Scenario: A passkey made for another relying party is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response for another relying party
    Then she is refused

  @passkey.type.answer
  Scenario: An answer of the wrong type is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response of the wrong type
    Then she is refused

  @passkey.type.registration
  Scenario: A registration of the wrong type is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response of the wrong type
    Then she is refused

  @passkey.user-present.answer
  Scenario: An answer that nobody was present for is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response given while nobody was present
    Then she is refused

  @passkey.user-verified.answer
  Scenario: Where user verification is required an answer without it is refused
    Given the profile says that "user_verification" is "required"
    And a user who has enrolled a passkey
    When she answers the passkey challenge with a response given without user verification
    Then she is refused

  @passkey.signature.answer
  Scenario Outline: An answer <wrong> is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case      | wrong                           |
      | flipped   | whose signature does not fit |
      | other key | signed by another key |

  @passkey.backup-flags.answer
  Scenario: Backup flags that cannot be are refused
    Given a user who has enrolled a passkey
    When she registers another passkey with a response whose backup flags contradict each other
    Then she is refused

  @passkey.counter.clone
  Scenario: A cloned passkey is noticed by its counter
    Given the profile says that "counter" is "refuse"
    And a user who has enrolled a passkey
    When she answers the passkey challenge from a cloned passkey
    Then she is refused

  @passkey.robust.registration
  Scenario Outline: A broken registration, <wrong>, is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response <wrong>
    Then she is refused
    And 0 passkeys are listed

    Examples:
      | case          | wrong                                            |
      | attestation   | whose attestation is cut short |
      | client data   | whose client data is not JSON |
      | encoding      | in another encoding |
      | algorithm     | whose key is of an algorithm that was not offered |
      | long id       | whose credential id is too long |

  @passkey.robust.answer
  Scenario Outline: A broken answer, <wrong>, is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case        | wrong                            |
      | cut short   | cut short |
      | client data | whose client data is not JSON |
      | encoding    | in another encoding |
