Feature: Require at onboarding
  With "Require at onboarding" on, a new user has not finished signing up until she has an MFA method.

  @onboarding.gates-until-enrolled.new-user
  Scenario: A new user must enrol before she is fully signed in
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    Then she must complete MFA first
    And her next step is to enrol

  @onboarding.gates-until-enrolled.passkey
  Scenario: Registering a passkey completes the sign-up
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she registers a passkey
    Then she is fully signed in
    And she has a passkey enrolled

  @onboarding.gates-until-enrolled.app
  Scenario: Enrolling an authenticator app completes the sign-up
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she starts to add an authenticator app
    And she enters the current code
    Then she is fully signed in
    And she has an authenticator app enrolled

  @onboarding.gates-until-enrolled.started-only
  Scenario: An app that was started but never verified does not complete the sign-up
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she starts to add an authenticator app
    And she refreshes her session
    Then she must complete MFA first
    And her next step is to enrol

  @onboarding.gates-until-enrolled.asked-again
  Scenario: A user who left without enrolling is asked again at her next sign-in
    Given "Require at onboarding" is on
    And a user who has enrolled no MFA method
    When she signs in again
    Then she must complete MFA first
    And her next step is to enrol

  @gate.protects-endpoints.before-enrolment
  Scenario Outline: A new user who has yet to enrol may not <operation>
    Given "Require at onboarding" is on
    And a new user
    And she has signed up
    When she tries to <operation>
    Then she is refused with "MFA required"
    And her next step is to enrol
    When she starts to add an authenticator app
    And she enters the current code
    Then she is fully signed in

    Examples:
      | case           | operation          |
      | change name    | change her name    |
      | list passkeys  | list her passkeys  |
      | export wallet  | export her wallet  |
      | delete account | delete her account |

  @onboarding.optional-completes.new-user
  Scenario: Where MFA is optional a new user is fully signed in at once
    Given a new user
    When she signs up
    Then she is fully signed in
    And she has no MFA method enrolled

  @onboarding.optional-completes.later
  Scenario: Where MFA is optional a user may enrol later, and stays signed in
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then she is fully signed in
    And she has an authenticator app enrolled

  @onboarding.no-later-challenge.next-sign-in
  Scenario: Onboarding alone asks for no code at later sign-ins
    Given "Require at onboarding" is on
    And a user who has enrolled an authenticator app
    When she signs in again
    Then she is fully signed in

  @devices.deletion-required-holds.next-sign-in
  Scenario: A user who deletes her only method has to enrol again at her next sign-in
    Given "Require at onboarding" is on
    And a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with fresh MFA
    And she signs in again
    Then she must complete MFA first
    And her next step is to enrol

  @session.existing-users.onboarding
  Scenario: A user from before the option was on has to enrol at her next sign-in
    Given a user who has enrolled no MFA method
    When "Require at onboarding" is switched on for everybody
    And she signs in again
    Then she must complete MFA first
    And her next step is to enrol
