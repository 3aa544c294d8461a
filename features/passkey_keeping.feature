Feature: Keeping passkeys
  How many passkeys a user has, whose they are, what their counters and flags tell, and how they go.

  @passkey.options.complete
  Scenario: Registration options say who asks, for whom, and for which algorithms
    Given a user who has enrolled no MFA method
    Then the registration options name the website, her account and algorithms

  @passkey.options.account-id
  Scenario: The account id that a passkey keeps does not give its user away
    Given a user who has enrolled no MFA method
    Then her passkey is told an account id that does not give her away

  @passkey.several-bounded.each
  Scenario Outline: Of two passkeys each answers the challenge: <which>
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she registers another passkey
    And she has signed in again
    When she <answers>
    Then she is fully signed in

    Examples:
      | case   | which      | answers                                               |
      | first  | the first  | answers the passkey challenge                         |
      | second | the second | answers the passkey challenge with her second passkey |

  @passkey.several-bounded.at-once
  Scenario: The limit holds when passkeys are registered at the same time
    Given the setting "passkeys_per_user" is 2
    And a user who has enrolled a passkey
    When she registers 8 passkeys at once
    Then exactly one of them succeeds
    And 2 passkeys are listed

  @passkey.several-bounded.room-again
  Scenario: A passkey that was deleted leaves room for another
    Given the setting "passkeys_per_user" is 1
    And a user who has enrolled an authenticator app and a passkey
    And she tries to delete her passkey with fresh MFA
    When she registers another passkey
    Then she succeeds
    And 1 passkey is listed

  @passkey.several-bounded.others-stay
  Scenario: Deleting one passkey leaves the other as it is
    Given a user who has enrolled an authenticator app and a passkey
    And she registers another passkey
    And she tries to delete her passkey with fresh MFA
    When she answers the passkey challenge with her second passkey
    Then she succeeds
    And 1 passkey is listed

  @passkey.own-credential.taken-id
  Scenario: No passkey is registered under the id of another user's
    Given a user who has enrolled no MFA method
    And another user who has enrolled a passkey
    When she registers a passkey under the id of the other user's passkey
    Then she is refused
    When the other user signs in again with her passkey
    Then the other user is fully signed in

  @passkey.own-credential.foreign-renaming
  Scenario: Another user's passkey is not renamed
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    When she tries to rename the other user's passkey
    Then she is refused with "no such device"

  @passkey.own-credential.allow-list
  Scenario: The challenge names her own passkeys
    Given a user who has enrolled a passkey
    And another user who has enrolled a passkey
    Then the passkey challenge names her passkeys and nobody else's

  @passkey.challenge-once.over
  Scenario Outline: A challenge that was answered is over: she <ceremony> by <challenge>
    Given a user who has enrolled a passkey
    When she <ceremony> by a response to <challenge>
    Then she is refused

    Examples:
      | case         | ceremony                      | challenge                                    |
      | MFA          | answers the passkey challenge | an MFA challenge that is over                |
      | registration | registers another passkey     | the challenge of a registration that is over |
      | sign-in      | signs in with her passkey     | the challenge of a sign-in that is over      |

  @passkey.challenge.other-session-registration
  Scenario: A registration is finished in the session that began it
    Given a user who has enrolled a passkey
    And she has signed in again
    When she registers another passkey by a response to the challenge of a registration in her other session
    Then she is refused

  @passkey.challenge-expires.registration
  Scenario: The challenge of a registration that has grown old is not answered
    Given a user who has enrolled no MFA method
    When she registers a passkey 10 minutes late
    Then she is refused
    And 0 passkeys are listed

  @passkey.origin.registration-framed
  Scenario Outline: A passkey <wrong> is not registered
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response <wrong>
    Then she is refused
    And 0 passkeys are listed

    Examples:
      | case       | wrong                                  |
      | framed     | from within a frame of another website |
      | no website | made on no website                     |

  @passkey.origin.registration-port
  Scenario: Where origins are exact a passkey made on another port is not registered
    Given the setting "origins" is ["http://localhost:3000"]
    And a user who has enrolled no MFA method
    When she registers a passkey with a response made on another port of the website
    Then she is refused
    And 0 passkeys are listed

  @passkey.backup-flags.contradiction
  Scenario: An answer whose backup flags contradict each other is refused
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response whose backup flags contradict each other
    Then she is refused

  @passkey.backup-flags.later
  Scenario: A passkey may be backed up later than it was made
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a passkey that was backed up meanwhile
    Then she succeeds

  @passkey.counter.still
  Scenario: A counter that stands still gives a clone away as well
    Given the profile says that "counter" is "refuse"
    And a user who has enrolled a passkey
    When she answers the passkey challenge from a cloned passkey that counts as far
    Then she is refused

  @passkey.counter.jumps
  Scenario: A counter may grow by more than one
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a passkey that counts for all websites
    Then she succeeds
