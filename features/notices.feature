Feature: Notices and the log
  The owner of an account hears of every change to its factors; the log hears of no secret.

  @notices.factor-changes.added
  Scenario Outline: She is told that <what> was added
    Given a user who has enrolled <what>
    Then she is told that <what> was added

    Examples:
      | case    | what                 |
      | app     | an authenticator app |
      | passkey | a passkey            |

  @notices.factor-changes.removed
  Scenario: She is told that an app was removed
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with fresh MFA
    Then she is told that an authenticator app was removed

  @notices.factor-changes.recovery-code
  Scenario: She is told that a recovery code was used
    Given a user who has enrolled an authenticator app
    When she uses a recovery code
    Then she is told that a recovery code was used

  @privacy.nothing-secret-logged.sign-in
  Scenario: Signing in with MFA leaves no secret in the log
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    And she enters the current code
    And she uses a recovery code
    Then no code and no token is in the server's log
