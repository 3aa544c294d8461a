Feature: Recovery codes
  Ten codes on a sheet of paper, each good once, for the day when the phone is gone.

  @recovery.ten-codes.set
  Scenario: A set has ten codes, no two alike
    Given a user who has enrolled an authenticator app
    When she reads her recovery codes
    Then the recovery codes are ten in number, no two alike

  @recovery.ten-codes.passkey
  Scenario: A passkey brings ten recovery codes as well
    Given a user who has enrolled a passkey
    When she reads her recovery codes
    Then the recovery codes are ten in number, no two alike

  @recovery.ten-codes.regenerated
  Scenario: A new set has ten codes too
    Given a user who has enrolled an authenticator app
    When she regenerates her recovery codes
    Then the recovery codes are ten in number, no two alike

  @recovery.ten-codes.count
  Scenario: The count says how many recovery codes are left
    Given a user who has enrolled an authenticator app
    When she uses a recovery code
    Then the count of her recovery codes is right

  @recovery.ten-codes.count-regenerated
  Scenario: The count says ten after a new set was made
    Given a user who has enrolled an authenticator app
    When she uses a recovery code
    And she regenerates her recovery codes
    Then she has 10 recovery codes left
    And the count of her recovery codes is right

  @recovery.format.letters-and-digits
  Scenario: Each code has ten letters or digits, as the vendor's screens expect
    Given a user who has enrolled an authenticator app
    When she reads her recovery codes
    Then the recovery codes have ten letters or digits each

  @recovery.format.exact
  Scenario Outline: Where recovery codes are taken only as they are written, <code> is refused
    Given the setting "recovery_codes_ignore_<aspect>" is false
    And a user who has enrolled an authenticator app
    When she uses <code>
    Then she is refused with "invalid code"
    And she still has 10 recovery codes

    Examples:
      | case       | code                              | aspect     |
      | other case | a recovery code in the other case | case       |
      | space      | a recovery code with a space      | separators |

  @recovery.bound-to-account.other-user
  Scenario: Another user's recovery code is refused
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she uses the other user's recovery code
    Then she is refused with "invalid code"

  @recovery.get-returns-existing.same-set
  Scenario: Reading the codes again shows the same codes
    Given a user who has enrolled an authenticator app
    When she reads her recovery codes
    And she reads her recovery codes again
    Then the recovery codes are the same as before

  @recovery.get-returns-existing.still-good
  Scenario: A code written down earlier still works after the codes were read again
    Given a user who has enrolled an authenticator app
    And she reads her recovery codes
    And she reads her recovery codes again
    When she uses a recovery code from her old sheet
    Then she succeeds

  @recovery.single-use.used-code
  Scenario: A used recovery code is refused
    Given a user who has enrolled an authenticator app
    And she uses a recovery code
    When she uses the same recovery code again
    Then she is refused with "invalid code"

  @recovery.single-use.other-session
  Scenario: A recovery code used in one session is refused in another
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    And she uses a recovery code
    And she has signed in again
    When she uses the same recovery code again
    Then she is refused with "invalid code"
    And she must complete MFA first

  @recovery.single-use.at-once
  Scenario: One recovery code used from eight sessions at once completes one of them
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When one recovery code is used from 8 sessions at once
    Then exactly one of them succeeds
    And she has 9 recovery codes left

  @recovery.single-use.others-untouched
  Scenario: Using a code uses up that one alone
    Given a user who has enrolled an authenticator app
    When she uses a recovery code
    Then she has 9 recovery codes left
    When she uses another recovery code
    Then she succeeds
    And she has 8 recovery codes left

  @recovery.single-use.wrong-code-burns-none
  Scenario: A made-up code is refused and uses up none of hers
    Given a user who has enrolled an authenticator app
    When she uses a made-up recovery code
    Then she is refused with "invalid code"
    And she still has 10 recovery codes

  @recovery.regeneration-invalidates.old-codes
  Scenario: A new set makes the codes of the old one useless
    Given a user who has enrolled an authenticator app
    And she regenerates her recovery codes
    When she uses a recovery code from her old sheet
    Then she is refused with "invalid code"
    And she still has 10 recovery codes

  @recovery.regeneration-invalidates.new-codes
  Scenario: The codes of a new set work
    Given a user who has enrolled an authenticator app
    And she regenerates her recovery codes
    When she uses a recovery code
    Then she succeeds

  @recovery.regeneration-invalidates.disjoint
  Scenario: A new set shares no code with the old one
    Given a user who has enrolled an authenticator app
    When she regenerates her recovery codes
    Then the recovery codes are all new

  @recovery.regeneration-invalidates.used-stay-used
  Scenario: A code used before a new set was made stays used
    Given a user who has enrolled an authenticator app
    And she uses a recovery code
    And she regenerates her recovery codes
    When she uses the same recovery code again
    Then she is refused with "invalid code"

  @recovery.completes-challenge.full-session
  Scenario: A recovery code answers the challenge
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she uses a recovery code
    And she tries to list her devices
    Then she succeeds
    And she is fully signed in
    And nothing more is asked of her

  @recovery.completes-challenge.passkey-user
  Scenario: A user who has only a passkey may use a recovery code too
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she uses a recovery code
    Then she is fully signed in

  @recovery.alternative.delete-lost-app
  Scenario: A recovery code is enough to delete the app on a lost phone
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with fresh MFA by a recovery code
    Then she succeeds
    And she has no MFA method enrolled

  @recovery.exhaustion.all-used
  Scenario: When all ten are used the list is empty, and no new set appears by itself
    Given a user who has enrolled an authenticator app
    When she uses 10 of her recovery codes, one after the other
    Then she has 0 recovery codes left

  @recovery.exhaustion.regenerate
  Scenario: When all ten are used a new set can be made
    Given a user who has enrolled an authenticator app
    When she uses 10 of her recovery codes, one after the other
    And she regenerates her recovery codes
    Then the recovery codes are ten in number, no two alike

  @recovery.after-verification.none-before
  Scenario: There are no recovery codes before a method is verified
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she tries to read her recovery codes
    Then she is refused

  @recovery.acknowledgement.complete
  Scenario: Acknowledging the codes is remembered at the next sign-in
    Given a user who has enrolled an authenticator app
    And she has not acknowledged her recovery codes
    When she acknowledges her recovery codes
    And she signs in again
    Then her recovery codes are acknowledged

  @recovery.acknowledgement.pending-at-next-sign-in
  Scenario: Codes that were not acknowledged have yet to be at the next sign-in
    Given a user who has enrolled an authenticator app
    And she has not acknowledged her recovery codes
    When she signs in again
    Then her recovery codes are yet to be acknowledged

  @recovery.acknowledgement.pending-again
  Scenario: A new set is to be acknowledged again
    Given a user who has enrolled an authenticator app
    When she regenerates her recovery codes
    Then her recovery codes are yet to be acknowledged

  @recovery.acknowledgement.twice
  Scenario: Acknowledging twice does no harm
    Given a user who has enrolled an authenticator app
    When she acknowledges her recovery codes
    And she acknowledges her recovery codes
    Then her recovery codes are acknowledged

  @recovery.regenerate-needs-step-up.enforced
  Scenario: Where step-up is enforced a new set takes fresh MFA
    Given the API version is "2026_04_01"
    And a new user
    And she has signed up
    And she steps up by e-mail and enrols an authenticator app
    When she tries to regenerate her recovery codes
    Then she is refused with "step-up required"
    And she still has 10 recovery codes

  @recovery.gone-with-last-method.old-codes
  Scenario: Recovery codes go with the last method, and the next method does not bring them back
    Given the profile says that "recovery_codes_after_last_method" is "gone"
    And a user who has enrolled an authenticator app
    And she tries to delete her authenticator app with fresh MFA
    And she starts to add an authenticator app
    And she enters a fresh code
    And she reads her recovery codes
    When she uses a recovery code from her old sheet
    Then she is refused with "invalid code"

  @recovery.gone-with-last-method.acknowledgement
  Scenario: With the last method gone there is nothing left to acknowledge
    Given the profile says that "recovery_codes_after_last_method" is "gone"
    And a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with fresh MFA
    Then her recovery codes need no acknowledgement

  @recovery.separate-from-totp.recovery-code-as-code
  Scenario: A recovery code is not accepted as a code of the app
    Given a user who has enrolled an authenticator app
    When she enters a recovery code
    Then she is refused
    And she still has 10 recovery codes

  @recovery.separate-from-totp.code-as-recovery-code
  Scenario: A code of the app is not accepted as a recovery code
    Given a user who has enrolled an authenticator app
    When she uses a code from her authenticator app
    Then she is refused
    And a fresh code from her app still works

  @recovery.single-use.partial
  Scenario Outline: A recovery code must be whole, not <code>
    Given a user who has enrolled an authenticator app
    When she uses <code>
    Then she is refused
    And she still has 10 recovery codes

    Examples:
      | case   | code                                       |
      | prefix | a recovery code without its last character |
      | longer | a recovery code and one character more     |
      | empty  | an empty recovery code                     |

  @recovery.acknowledgement.shown-once
  Scenario: Where codes are shown once, they are not shown again after she acknowledged them
    Given the setting "recovery_codes_after_acknowledgement" is false
    And a user who has enrolled an authenticator app
    When she tries to read her recovery codes
    Then she is refused

  @recovery.unpredictable.random
  Scenario: Recovery codes are too random to guess
    Given a user who has enrolled an authenticator app
    When she reads her recovery codes
    Then the recovery codes are too random to guess
