Feature: Guessing
  A million codes are not many: wrong attempts are counted, by account and on every path, and lock it for a while.

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

  @limits.per-account.new-sessions @locks-out
  Scenario: Signing in again gives no more guesses
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters wrong codes until she is locked out, signing in again after every 4
    Then she is locked out

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
