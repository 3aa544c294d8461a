Feature: One authenticator app a user
  A user has at most one verified authenticator app. A second is refused with 401 until the first is deleted.

  @totp.one-device.second-refused
  Scenario: A second authenticator app is refused
    Given a user who has enrolled an authenticator app
    When she tries to add a second authenticator app
    Then she is refused with "401 Unauthorized"
    And only her first app is listed, and its codes still work

  @totp.one-device.second-refused-in-new-session
  Scenario: A second authenticator app is refused from another session too
    Given a user who has enrolled an authenticator app
    And she has signed in again
    When she tries to add a second authenticator app
    Then she is refused with "401 Unauthorized"
    And only her first app is listed, and its codes still work

  @totp.one-device.second-refused-after-mfa
  Scenario: Having just done MFA does not allow a second authenticator app
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    And she enters the current code
    When she tries to add a second authenticator app
    Then she is refused with "401 Unauthorized"
    And only her first app is listed, and its codes still work

  @totp.one-device.beside-passkey
  Scenario: A passkey does not count as an authenticator app
    Given a user who has enrolled a passkey
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app and a passkey enrolled

  @totp.one-device.passkey-beside-app
  Scenario: An authenticator app leaves room for a passkey
    Given a user who has enrolled an authenticator app
    When she registers a passkey
    Then she has an authenticator app and a passkey enrolled

  @totp.one-device.delete-then-enrol
  Scenario: Once the first is deleted another can be enrolled
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with fresh MFA
    And she starts to add an authenticator app
    And she enters a fresh code
    Then 1 verified authenticator app is listed

  @totp.one-device.old-codes-dead
  Scenario: Codes of the deleted app are refused, those of the new one accepted
    Given a user who has enrolled an authenticator app
    And she tries to delete her authenticator app with fresh MFA
    And she starts to add an authenticator app
    And she enters a fresh code
    When she enters a code from her first app
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.one-device.others-unaffected
  Scenario: Another user's authenticator app does not count against hers
    Given a user who has enrolled no MFA method
    And another user who has enrolled an authenticator app
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app enrolled
