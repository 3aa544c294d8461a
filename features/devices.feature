Feature: Managing devices
  What is listed, which one is the default, and what it takes to remove one.

  @devices.listed.app
  Scenario: An enrolled app is listed as verified
    Given a user who has enrolled an authenticator app
    Then 1 verified authenticator app is listed

  @devices.listed.nothing
  Scenario: A user who has enrolled nothing has nothing listed
    Given a user who has enrolled no MFA method
    Then no authenticator app is listed
    And she has no MFA method enrolled

  @devices.listed.own-only
  Scenario: Another user's app is not in her list
    Given a user who has enrolled no MFA method
    And another user who has enrolled an authenticator app
    Then no authenticator app is listed
    And she has no MFA method enrolled

  @devices.listed.methods
  Scenario: The list of methods has her app and her passkey
    Given a user who has enrolled an authenticator app and a passkey
    Then she has an authenticator app and a passkey enrolled

  @devices.default.set
  Scenario: Her app can be made the default
    Given a user who has enrolled an authenticator app
    When she tries to make her authenticator app the default
    Then she succeeds
    And exactly one device is the default

  @devices.default.unverified
  Scenario: An unverified app cannot be the default
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she tries to make her unverified app the default
    Then she is refused

  @devices.deletion-needs-token.no-token
  Scenario: An app is not deleted without a token
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with no token
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @devices.deletion-needs-token.made-up
  Scenario: An app is not deleted with a made-up token
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with a made-up token
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @devices.deletion-needs-token.mfa-token
  Scenario: An app is deleted with an MFA token
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with an MFA token
    Then she succeeds
    And she has no MFA method enrolled

  @devices.deletion-needs-token.elevated-token
  Scenario: An app is deleted with an elevated token for unlinking
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with an elevated token for "credential:unlink"
    Then she succeeds
    And she has no MFA method enrolled

  @devices.deletion-needs-token.wrong-scope
  Scenario: An app is not deleted with an elevated token for something else
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with an elevated token for "wallet:sign"
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @devices.deletion-needs-token.deleted-codes-dead
  Scenario: A deleted app answers no challenge
    Given a user who has enrolled an authenticator app and a passkey
    And she tries to delete her authenticator app with fresh MFA
    When she enters a code from her first app
    Then she is refused

  @devices.own-only.read
  Scenario: Another user's device is not shown
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to look up the other user's authenticator app
    Then she is refused with "no such device"

  @devices.own-only.delete
  Scenario: Another user's device is not deleted
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to delete the other user's authenticator app with fresh MFA
    Then she is refused with "no such device"
    And the other user has an authenticator app enrolled

  @devices.own-only.default
  Scenario: Another user's device cannot be made the default
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to make the other user's authenticator app her default
    Then she is refused with "no such device"

  @errors.uniform.device-ids
  Scenario: Another user's device and one that does not exist look the same
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to look up the other user's authenticator app
    Then she is refused with "no such device"
    When she tries to look up a device that does not exist
    Then she is refused with "no such device"
    And the refusals are alike

  @devices.admin-reset.methods
  Scenario: An administrator's reset removes every method
    Given a user who has enrolled an authenticator app and a passkey
    When an administrator resets her MFA
    And she signs in again
    Then she has no MFA method enrolled

  @devices.admin-reset.enrols-anew
  Scenario: After a reset she has to enrol again where MFA is required
    Given "Require at onboarding" is on
    And a user who has enrolled an authenticator app
    When an administrator resets her MFA
    And she signs in again
    Then she must complete MFA first
    And her next step is to enrol
