Feature: Guessing
  A million codes are not many: wrong attempts are counted, by account and on every path, and lock it for a while.
  A passkey has no code that could be guessed: failed signatures need not be counted (NIST SP 800-63B-4, 3.2.2).

  @limits.attempts.totp @locks-out
  Scenario: Guessing codes locks the account
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out
    Then she is locked out

  @limits.every-path.recovery @locks-out
  Scenario: Guessing recovery codes locks the account
    Given a user who has enrolled an authenticator app
    When she enters wrong recovery codes until she is locked out
    Then she is locked out

  @limits.every-path.confirmation @locks-out
  Scenario: Guessing at the confirmation of a new app locks the account
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she enters wrong codes to confirm the app until she is locked out
    Then she is locked out

  @limits.attempts.right-code @locks-out
  Scenario Outline: While she is locked out the right <code> is refused as well
    Given a user who has enrolled <method>
    And she enters <guesses> until she is locked out
    When she <tries the right one>
    Then she is refused with "too many attempts"

    Examples:
      | case     | code          | method               | guesses              | tries the right one     |
      | code     | code          | an authenticator app | wrong codes          | enters the current code |
      | recovery | recovery code | an authenticator app | wrong recovery codes | uses a recovery code    |
      | e-mail   | e-mail code   | no MFA method        | wrong e-mail codes   | signs in again          |

  @limits.attempts.right-confirmation @locks-out
  Scenario: While she is locked out the right code does not confirm a new app either
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    And she enters wrong codes to confirm the app until she is locked out
    When she confirms the app with the current code
    Then she is refused with "too many attempts"

  @limits.per-account.new-sessions @locks-out
  Scenario Outline: Signing in again gives no more guesses of <codes>
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters <codes> until she is locked out, signing in again after every 4
    Then she is locked out

    Examples:
      | case           | codes                |
      | codes          | wrong codes          |
      | recovery codes | wrong recovery codes |

  @limits.per-account.confirmation @locks-out
  Scenario Outline: <what she does> gives no more guesses at the confirmation of a new app
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she enters wrong codes to confirm the app until she is locked out, <doing so> after every 4
    Then she is locked out

    Examples:
      | case             | what she does              | doing so                      |
      | new session      | Signing in again           | signing in again              |
      | new registration | Starting to add it again   | starting to add the app again |

  @limits.per-account.naming-the-app @locks-out
  Scenario: Naming the app gives no more guesses than leaving it unsaid
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out, naming her app every other time
    Then she is locked out

  @limits.per-account.other-method @locks-out
  Scenario: Trying another method in between gives no more guesses
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out, entering a wrong recovery code after each
    Then she is locked out

  @limits.per-account.new-emails @locks-out
  Scenario Outline: <what she does> gives no more guesses at e-mail codes
    Given a user who has enrolled no MFA method
    When she enters wrong e-mail codes until she is locked out, <doing so> after every 4
    Then she is locked out

    Examples:
      | case       | what she does            | doing so                    |
      | new e-mail | Asking for a new e-mail  | asking for a new e-mail     |
      | sent again | Having it sent again     | having the e-mail sent again |

  @limits.per-account.spelling @locks-out
  Scenario: Spelling the address differently gives no more guesses
    Given a user who has enrolled no MFA method
    When she enters wrong e-mail codes until she is locked out, spelling her address differently each time
    Then she is locked out

  @limits.every-path.email-codes @locks-out
  Scenario: Guessing e-mail codes locks the account
    Given a user who has enrolled no MFA method
    When she enters wrong e-mail codes until she is locked out
    Then she is locked out

  @limits.every-path.email-codes-within @locks-out
  Scenario: Guessing e-mail codes within a session is limited too
    Given a user who has enrolled no MFA method
    When she enters wrong e-mail codes to prove her address again until she is locked out
    Then she is locked out

  @limits.per-account.others-free @locks-out
  Scenario: Guesses at one account do not lock another
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    And she enters wrong codes until she is locked out
    When the other user enters the current code
    Then the other user succeeds

  @limits.not-by-header.forwarded-for @locks-out
  Scenario: Another address in a header gives no more guesses
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out, with another X-Forwarded-For each time
    Then she is locked out

  @limits.retry-after.header @locks-out
  Scenario: A user who is locked out is told for how long
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out
    Then she is told how long to wait

  @limits.ends.window @locks-out
  Scenario: The lock-out ends by itself
    Given a user who has enrolled an authenticator app
    And she enters wrong codes until she is locked out
    And the time she was told to wait has passed
    When she enters the current code
    Then she succeeds

  @errors.uniform.codes
  Scenario: Wrong, used and expired codes are refused alike
    Given a user who has enrolled an authenticator app
    And she enters the current code
    When she enters the same code again
    Then she is refused with "invalid code"
    When she enters a wrong code
    Then she is refused with "invalid code"
    When she enters the code from 10 steps ago
    Then she is refused with "invalid code"
    And the refusals are alike

  @limits.attempts.at-once @locks-out
  Scenario: Guessing many codes at once does not get around the limit
    Given a user who has enrolled an authenticator app
    When she enters 30 wrong codes at once
    Then no more of them are checked than the limit allows
