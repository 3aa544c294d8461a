Feature: Passkeys
  A passkey is enrolled by registering it, and every response it gives is checked, step by step of the standard.

  @passkey.registration-authenticates.onboarding
  Scenario: Registering a passkey is MFA by itself
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she registers a passkey
    Then she is fully signed in

  @passkey.satisfies-mfa.challenge
  Scenario: Her passkey answers the challenge, and keeps her signed in
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she answers the passkey challenge
    And she refreshes her session
    Then she is fully signed in

  @passkey.satisfies-mfa.beside-app
  Scenario: A user who has both may use her passkey
    Given session-based MFA is on
    And a user who has enrolled an authenticator app and a passkey
    And she has signed in again
    When she answers the passkey challenge
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
  Scenario: Registering again excludes the passkeys that she has
    Given a user who has enrolled a passkey
    Then registering again excludes the passkeys that she has

  @passkey.deletion-needs-mfa.no-token
  Scenario: A passkey is not deleted without fresh MFA
    Given a user who has enrolled a passkey
    When she tries to delete her passkey with no token
    Then she is refused with "step-up required"
    And 1 passkey is listed

  @passkey.deletion-needs-mfa.made-up-token
  Scenario: A passkey is not deleted with a made-up token
    Given a user who has enrolled a passkey
    When she tries to delete her passkey with a made-up token
    Then she is refused with "step-up required"
    And 1 passkey is listed

  @passkey.deletion-needs-mfa.with-token
  Scenario: A passkey is deleted after fresh MFA
    Given a user who has enrolled an authenticator app and a passkey
    When she tries to delete her passkey with fresh MFA
    Then she succeeds
    And 0 passkeys are listed

  @passkey.deleted-refused.challenge
  Scenario: A deleted passkey answers no challenge
    Given a user who has enrolled an authenticator app and a passkey
    And she registers another passkey
    And she tries to delete her passkey with fresh MFA
    When she answers the passkey challenge with the deleted passkey
    Then she is refused

  @passkey.own-credential.other-user
  Scenario: Another user's passkey does not answer her challenge
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she answers the passkey challenge with the other user's passkey
    Then she is refused

  @passkey.own-credential.unknown
  Scenario: A passkey that nobody registered answers no challenge
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response from an unknown credential
    Then she is refused

  @passkey.own-credential.user-handle
  Scenario: A response that names another user is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response that names another user
    Then she is refused

  @passkey.own-credential.foreign-deletion
  Scenario: Another user's passkey is not deleted
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she tries to delete the other user's passkey with fresh MFA
    Then she is refused with "no such device"
    And the other user has a passkey enrolled

  @passkey.challenge.answer
  Scenario: A response to another challenge is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response to another challenge
    Then she is refused

  @passkey.challenge.registration
  Scenario: A registration in response to another challenge is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response to another challenge
    Then she is refused

  @passkey.challenge-once.replay
  Scenario: The same response is not accepted twice
    Given a user who has enrolled a passkey
    And she answers the passkey challenge
    When she sends the same passkey response again
    Then she is refused
    When she answers the passkey challenge
    Then she succeeds

  @passkey.origin.answer
  Scenario Outline: A response <wrong> is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case      | wrong                               |
      | foreign   | made on another website             |
      | subdomain | made on a subdomain of the website  |
      | suffix    | made on a look-alike of the website |

  @passkey.origin.registration
  Scenario: A passkey made on another website is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response made on another website
    Then she is refused
    And 0 passkeys are listed

  @passkey.rp-id.answer
  Scenario: A response for another relying party is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response for another relying party
    Then she is refused

  @passkey.rp-id.registration
  Scenario: A passkey made for another relying party is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response for another relying party
    Then she is refused

  @passkey.type.answer
  Scenario: A response of the wrong type is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response of the wrong type
    Then she is refused

  @passkey.type.registration
  Scenario: A registration of the wrong type is refused
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response of the wrong type
    Then she is refused

  @passkey.user-present.answer
  Scenario: A response given while nobody was present is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response given while nobody was present
    Then she is refused

  @passkey.user-verified.answer
  Scenario: Where user verification is required a response without it is refused
    Given the profile says that "user_verification" is "required"
    And a user who has enrolled a passkey
    When she answers the passkey challenge with a response given without user verification
    Then she is refused

  @passkey.signature.answer
  Scenario Outline: A response <wrong> does not verify
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case      | wrong                        |
      | flipped   | whose signature does not fit |
      | other key | signed by another key        |

  @passkey.backup-flags.answer
  Scenario: Backup flags that contradict each other are refused
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
  Scenario Outline: A passkey is not registered by a response <wrong>
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response <wrong>
    Then she is refused
    And 0 passkeys are listed

    Examples:
      | case        | wrong                                             |
      | attestation | whose attestation is cut short                    |
      | client data | whose client data is not JSON                     |
      | encoding    | in another encoding                               |
      | algorithm   | whose key is of an algorithm that was not offered |
      | long id     | whose credential id is too long                   |

  @passkey.robust.answer
  Scenario Outline: The challenge is not passed by a response <wrong>
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case        | wrong                         |
      | cut short   | cut short                     |
      | client data | whose client data is not JSON |
      | encoding    | in another encoding           |

  @passkey.challenge-expires.late
  Scenario: A challenge that has grown old is not answered
    Given a user who has enrolled a passkey
    When she answers the passkey challenge 10 minutes late
    Then she is refused

  @passkey.challenge-unpredictable.random
  Scenario: Challenges are long and never the same
    Given a user who has enrolled a passkey
    Then passkey challenges are long, and no two are alike

  @passkey.counter.zero
  Scenario: A synced passkey, whose counter stays at zero, is accepted
    Given a user who has enrolled a passkey
    When she answers the passkey challenge
    Then she succeeds

  @passkey.origin.framed
  Scenario: A response from within a frame of another website is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response from within a frame of another website
    Then she is refused

  @passkey.origin.forms
  Scenario Outline: An origin is compared as a whole: a response <wrong> is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case           | wrong                                         |
      | ends like ours | made on a website whose name ends like ours   |
      | user name      | made on a website that has our name as a user |
      | scheme         | made on the website without TLS               |
      | no website     | made on no website                            |

  @passkey.origin.registration-forms
  Scenario Outline: An origin is compared as a whole: a passkey <wrong> is not registered
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response <wrong>
    Then she is refused
    And 0 passkeys are listed

    Examples:
      | case           | wrong                                         |
      | subdomain      | made on a subdomain of the website            |
      | suffix         | made on a look-alike of the website           |
      | ends like ours | made on a website whose name ends like ours   |
      | user name      | made on a website that has our name as a user |
      | scheme         | made on the website without TLS               |

  @passkey.challenge.other-session
  Scenario: A challenge is for the session that asked for it
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she answers the passkey challenge of another session of hers
    Then she is refused

  @passkey.challenge.other-ceremony
  Scenario Outline: What one ceremony asked for is no answer to another: she <ceremony> by <challenge>
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she <ceremony> by a response to <challenge>
    Then she is refused
    When she <ceremony>
    Then she succeeds

    Examples:
      | case                       | ceremony                      | challenge                       |
      | MFA by a registration      | answers the passkey challenge | the challenge of a registration |
      | MFA by a sign-in           | answers the passkey challenge | the challenge of a sign-in      |
      | MFA by another user        | answers the passkey challenge | the other user's MFA challenge  |
      | registration by MFA        | registers another passkey     | her MFA challenge               |
      | registration by a sign-in  | registers another passkey     | the challenge of a sign-in      |
      | sign-in by MFA             | signs in with her passkey     | her MFA challenge               |
      | sign-in by a registration  | signs in with her passkey     | the challenge of a registration |

  @passkey.challenge.signed-out
  Scenario: A challenge dies with the session that asked for it
    Given a user who has enrolled a passkey
    When she signs out and in again before she answers the passkey challenge
    Then she is refused
    When she answers the passkey challenge
    Then she succeeds

  @passkey.type.payment
  Scenario: A payment is no sign-in
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response that says that it is a payment
    Then she is refused

  @passkey.user-present.registration
  Scenario: A passkey that was made while nobody was present is not registered
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response given while nobody was present
    Then she is refused
    And 0 passkeys are listed

  @passkey.user-verified.registration
  Scenario: Where user verification is required a passkey made without it is not registered
    Given the profile says that "user_verification" is "required"
    And a user who has enrolled no MFA method
    When she registers a passkey with a response given without user verification
    Then she is refused
    And 0 passkeys are listed

  @passkey.signature.forms
  Scenario Outline: A response <wrong> does not verify either
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response <wrong>
    Then she is refused

    Examples:
      | case          | wrong                      |
      | none          | without a signature        |
      | other message | signed over something else |

  @passkey.signature.high-s
  Scenario: Both forms of a signature are as good
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response whose signature is in its other form
    Then she succeeds

  @passkey.backup-flags.changed
  Scenario: A passkey does not become one that can be backed up, or cease to be
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response whose backup flags have changed
    Then she is refused

  @passkey.robust.future
  Scenario: Client data may have members of a later version
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response with a member of a later version
    Then she succeeds

  @passkey.origin.port
  Scenario: Where origins are exact another port is another origin
    Given the setting "origins" is ["http://localhost:3000"]
    And a user who has enrolled a passkey
    When she answers the passkey challenge with a response made on another port of the website
    Then she is refused
