Feature: Signing in with a passkey
  No other factor stands behind it: what is refused as MFA must be refused here as well, and by itself.

  @passkey.sign-in.in
  Scenario: A passkey signs her in
    Given a user who has enrolled a passkey
    When she signs in again with her passkey
    Then she is fully signed in

  @passkey.sign-in.second
  Scenario: Her second passkey signs her in as well
    Given a user who has enrolled a passkey
    And she registers another passkey
    When she signs in again with her second passkey
    Then she is fully signed in

  @passkey.needs-user.no-account
  Scenario: A passkey makes no account
    Given a new user
    When she signs in with a passkey that was never registered
    Then she is refused

  @passkey.deleted-refused.sign-in
  Scenario: A deleted passkey signs nobody in
    Given a user who has enrolled an authenticator app and a passkey
    And she tries to delete her passkey with fresh MFA
    When she signs in again with the deleted passkey
    Then she is refused

  @passkey.origin.sign-in
  Scenario Outline: A passkey signs her in on this website only: a response <wrong> is refused
    Given a user who has enrolled a passkey
    When she signs in with a passkey response <wrong>
    Then she is refused

    Examples:
      | case           | wrong                                         |
      | foreign        | made on another website                       |
      | subdomain      | made on a subdomain of the website            |
      | suffix         | made on a look-alike of the website           |
      | ends like ours | made on a website whose name ends like ours   |
      | user name      | made on a website that has our name as a user |
      | scheme         | made on the website without TLS               |
      | no website     | made on no website                            |
      | framed         | from within a frame of another website        |

  @passkey.rp-id.sign-in
  Scenario: A response for another relying party signs nobody in
    Given a user who has enrolled a passkey
    When she signs in with a passkey response for another relying party
    Then she is refused

  @passkey.type.sign-in
  Scenario Outline: Only what was signed to sign in signs in: a response <wrong> is refused
    Given a user who has enrolled a passkey
    When she signs in with a passkey response <wrong>
    Then she is refused

    Examples:
      | case    | wrong                          |
      | swapped | of the wrong type              |
      | payment | that says that it is a payment |

  @passkey.user-present.sign-in
  Scenario: Nobody is signed in while nobody is present
    Given a user who has enrolled a passkey
    When she signs in with a passkey response given while nobody was present
    Then she is refused

  @passkey.user-verified.sign-in
  Scenario: Where user verification is required nobody is signed in without it
    Given the profile says that "user_verification" is "required"
    And a user who has enrolled a passkey
    When she signs in with a passkey response given without user verification
    Then she is refused

  @passkey.signature.sign-in
  Scenario Outline: A signature that does not verify signs nobody in: a response <wrong>
    Given a user who has enrolled a passkey
    When she signs in with a passkey response <wrong>
    Then she is refused

    Examples:
      | case          | wrong                        |
      | flipped       | whose signature does not fit |
      | other key     | signed by another key        |
      | none          | without a signature          |
      | other message | signed over something else   |

  @passkey.own-credential.sign-in
  Scenario: A response that names another user signs nobody in
    Given a user who has enrolled a passkey
    When she signs in with a passkey response that names another user
    Then she is refused

  @passkey.backup-flags.sign-in
  Scenario Outline: Backup flags that cannot be true sign nobody in: a response <wrong>
    Given a user who has enrolled a passkey
    When she signs in with a passkey response <wrong>
    Then she is refused

    Examples:
      | case       | wrong                                    |
      | contradict | whose backup flags contradict each other |
      | changed    | whose backup flags have changed          |

  @passkey.counter.sign-in
  Scenario: A cloned passkey is noticed when it signs in
    Given the profile says that "counter" is "refuse"
    And a user who has enrolled a passkey
    When she signs in from a cloned passkey
    Then she is refused

  @passkey.challenge.sign-in
  Scenario: A response to another challenge signs nobody in
    Given a user who has enrolled a passkey
    When she signs in with a passkey response to another challenge
    Then she is refused

  @passkey.challenge-expires.sign-in
  Scenario: The challenge of a sign-in that has grown old is not answered
    Given a user who has enrolled a passkey
    When she answers the challenge of a sign-in 10 minutes late
    Then she is refused

  @passkey.robust.sign-in
  Scenario Outline: A malformed response signs nobody in: a response <wrong>
    Given a user who has enrolled a passkey
    When she signs in with a passkey response <wrong>
    Then she is refused

    Examples:
      | case        | wrong                         |
      | cut short   | cut short                     |
      | client data | whose client data is not JSON |
      | encoding    | in another encoding           |
