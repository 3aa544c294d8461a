Feature: Codes by e-mail
  The first factor: a code works once, for ten minutes at most, and for nothing but the e-mail that brought it.

  @email-code.single-use.again
  Scenario: A used e-mail code signs nobody in
    Given a user who has enrolled no MFA method
    When she signs in with the same e-mail code again
    Then she is refused

  @email-code.expiry.late
  Scenario: An e-mail code that is older than ten minutes signs nobody in
    Given a user who has enrolled no MFA method
    When she signs in with an e-mail code that is 11 minutes old
    Then she is refused

  @email-code.bound.earlier
  Scenario: The code of an earlier e-mail does not answer a later one
    Given a user who has enrolled no MFA method
    When she signs in with the code of an earlier e-mail
    Then she is refused

  @email-code.bound.other-user
  Scenario: A code that was sent to somebody else does not sign her in
    Given a user who has enrolled no MFA method
    And another user who has enrolled no MFA method
    When she signs in with the code of an e-mail to the other user
    Then she is refused
