Feature: MFA tokens, step-up and protected actions
  Some actions need proof of fresh MFA: an MFA token, or an elevated token for just that scope.

  @mfa-token.on-request.kinds
  Scenario Outline: She completes MFA with <factor> <wish>: she is given <what>
    Given a user who has enrolled an authenticator app and a passkey
    When she completes MFA with <factor> <wish>
    Then she is given <what>

    Examples:
      | case                     | factor          | wish                                             | what              |
      | code, none               | a code          | without asking for a token                       | no token          |
      | code, MFA token          | a code          | and asks for an MFA token                        | an MFA token      |
      | code, elevated           | a code          | and asks for an elevated token for "wallet:sign" | an elevated token |
      | recovery code, none      | a recovery code | without asking for a token                       | no token          |
      | recovery code, MFA token | a recovery code | and asks for an MFA token                        | an MFA token      |
      | recovery code, elevated  | a recovery code | and asks for an elevated token for "wallet:sign" | an elevated token |
      | passkey, none            | her passkey     | without asking for a token                       | no token          |
      | passkey, MFA token       | her passkey     | and asks for an MFA token                        | an MFA token      |
      | passkey, elevated        | her passkey     | and asks for an elevated token for "wallet:sign" | an elevated token |

  @mfa-token.on-request.foreign-scope
  Scenario Outline: A user is not given a scope that is not hers to ask for: <scope>
    Given a user who has enrolled an authenticator app
    When she completes MFA with a code and asks for an elevated token for "<scope>"
    Then she is given no elevated token

    Examples:
      | case         | scope                     |
      | console      | console:mfa:reset         |
      | session      | user:basic                |
      | with another | wallet:sign console:admin |

  @mfa-token.single-use.second-call
  Scenario: A single-use MFA token works for one call
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And she tries to export her wallet with an MFA token
    When she tries to export her wallet with the same MFA token again
    Then she is refused with "step-up required"
    When she tries to export her wallet with an MFA token
    Then she succeeds

  @mfa-token.single-use.after-deletion
  Scenario: An MFA token that has deleted a passkey opens no action
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app and a passkey
    And she tries to delete her passkey with an MFA token
    When she tries to export her wallet with the same MFA token again
    Then she is refused with "step-up required"
    When she tries to export her wallet with an MFA token
    Then she succeeds

  @mfa-token.single-use.after-update
  Scenario: An MFA token that has changed her name opens no action
    Given the action "user.update" needs MFA
    And the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And she tries to change her name with an MFA token
    When she tries to export her wallet with the same MFA token again
    Then she is refused with "step-up required"
    When she tries to export her wallet with an MFA token
    Then she succeeds

  @mfa-token.single-use.deletion
  Scenario: A spent MFA token does not delete an app
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And she tries to export her wallet with an MFA token
    When she tries to delete her authenticator app with the same MFA token again
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work
    When she tries to delete her authenticator app with fresh MFA
    Then she succeeds

  @mfa-token.single-use.at-once
  Scenario: One MFA token used in eight requests at once lets one of them through
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When one MFA token is used in 8 requests at once
    Then exactly one of them succeeds
    When she tries to export her wallet with an MFA token
    Then she succeeds

  @mfa-token.bound-to-user.action
  Scenario: Another user's MFA token opens no action
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to export her wallet with the other user's MFA token
    Then she is refused with "step-up required"

  @mfa-token.bound-to-user.deletion
  Scenario: Another user's MFA token deletes no app
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to delete her authenticator app with the other user's MFA token
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @step-up.actions-enforced.no-token
  Scenario Outline: A protected action is refused without a token: to <operation>
    Given the action "<action>" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to <operation> with no token
    Then she is refused with "step-up required"

    Examples:
      | case    | operation            | action              |
      | sign    | sign with her wallet | wallet.waas.sign    |
      | export  | export her wallet    | wallet.waas.export  |
      | refresh | refresh her wallet   | wallet.waas.refresh |
      | reshare | reshare her wallet   | wallet.waas.reshare |
      | profile | change her name      | user.update         |

  @step-up.actions-enforced.session-based
  Scenario: MFA at sign-in is no step-up: a protected action asks again
    Given session-based MFA is on
    And the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And she has signed in again
    And she enters the current code
    When she tries to export her wallet with no token
    Then she is refused with "step-up required"
    When she tries to export her wallet with an MFA token
    Then she succeeds

  @step-up.actions-enforced.made-up
  Scenario: A made-up token opens no action
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with a made-up token
    Then she is refused with "step-up required"

  @step-up.actions-enforced.with-token
  Scenario Outline: A protected action is open after MFA: to <operation> with <token>
    Given the action "<action>" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to <operation> with <token>
    Then she succeeds

    Examples:
      | case             | operation            | action             | token                                 |
      | sign, MFA        | sign with her wallet | wallet.waas.sign   | an MFA token                          |
      | sign, elevated   | sign with her wallet | wallet.waas.sign   | an elevated token for "wallet:sign"   |
      | export, MFA      | export her wallet    | wallet.waas.export | an MFA token                          |
      | export, elevated | export her wallet    | wallet.waas.export | an elevated token for "wallet:export" |
      | export, recovery | export her wallet    | wallet.waas.export | an MFA token from a recovery code     |

  @step-up.action-default.not-listed
  Scenario: An action that is not protected needs no token
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to sign with her wallet with no token
    Then she succeeds

  @step-up.action-default.no-method
  Scenario: Where MFA is optional, a user who has no method is not kept from a protected action
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled no MFA method
    When she tries to export her wallet with no token
    Then she succeeds

  @step-up.action-default.required
  Scenario: Where MFA is required at the first action, a user who has no method is refused
    Given the setting "enrollment" is "action"
    And the action "wallet.waas.export" needs MFA
    And a user who has enrolled no MFA method
    When she tries to export her wallet with no token
    Then she is refused with "step-up required"

  @step-up.scope-bound.other-scope
  Scenario: An elevated token for signing does not export
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with an elevated token for "wallet:sign"
    Then she is refused with "step-up required"

  @step-up.single-use.elevated
  Scenario: A single-use elevated token works for one call
    Given the action "wallet.waas.export" needs MFA with a single-use token
    And a user who has enrolled an authenticator app
    And she tries to export her wallet with an elevated token for "wallet:export"
    When she tries to export her wallet with the same elevated token again
    Then she is refused with "step-up required"
    When she tries to export her wallet with an elevated token for "wallet:export"
    Then she succeeds

  @step-up.single-use.at-once
  Scenario: One single-use elevated token used in eight requests at once lets one of them through
    Given the action "wallet.waas.export" needs MFA with a single-use token
    And a user who has enrolled an authenticator app
    When one elevated token is used in 8 requests at once
    Then exactly one of them succeeds
    When she tries to export her wallet with an elevated token for "wallet:export"
    Then she succeeds

  @step-up.time-bound.twice
  Scenario: A time-bound elevated token works more than once
    Given the action "wallet.waas.export" needs MFA with a time-bound token
    And a user who has enrolled an authenticator app
    And she tries to export her wallet with an elevated token for "wallet:export"
    When she tries to export her wallet with the same elevated token again
    Then she succeeds

  @step-up.expiry.times
  Scenario Outline: A <behaviour> elevated token is refused after <after>
    Given the action "wallet.waas.export" needs MFA with a <behaviour> token
    And a user who has enrolled an authenticator app
    And she completes MFA with a code and asks for an elevated token for "wallet:export"
    And <after> pass
    When she tries to export her wallet with the same elevated token again
    Then she is refused with "step-up required"

    Examples:
      | case       | behaviour  | after       |
      | single-use | single-use | 301 seconds |
      | time-bound | time-bound | 601 seconds |

  @step-up.expiry.still-good
  Scenario Outline: A <behaviour> elevated token still works after <after>
    Given the action "wallet.waas.export" needs MFA with a <behaviour> token
    And a user who has enrolled an authenticator app
    And she completes MFA with a code and asks for an elevated token for "wallet:export"
    And <after> pass
    When she tries to export her wallet with the same elevated token again
    Then she succeeds

    Examples:
      | case       | behaviour  | after       |
      | single-use | single-use | 299 seconds |
      | time-bound | time-bound | 599 seconds |

  @step-up.mfa-not-reauth.enrolled
  Scenario: A user who has an MFA method gets no elevated token for an e-mail code
    Given a user who has enrolled an authenticator app
    When she re-authenticates by e-mail for "credential:link"
    Then she is given no elevated token

  @step-up.mfa-not-reauth.not-enrolled
  Scenario: A user who has no MFA method gets an elevated token for an e-mail code
    Given the API version is "2026_04_01"
    And a user who has enrolled no MFA method
    When she re-authenticates by e-mail for "credential:link"
    Then she is given an elevated token

  @step-up.mfa-not-reauth.new-link
  Scenario: A user who has an MFA method gets no elevated token by asking for it at sign-in
    Given a user who has enrolled an authenticator app
    When she signs in again and asks to add a method
    Then she is given no elevated token

  @step-up.mfa-not-reauth.first-link
  Scenario: A user who has no MFA method gets an elevated token to add her first by asking for it at sign-in
    Given a user who has enrolled no MFA method
    When she signs in again and asks to add a method
    Then she is given an elevated token

  @step-up.mfa-not-reauth.external-account
  Scenario: A user who has an MFA method gets no elevated token for her external account
    Given a new user
    And she has signed up with an external account
    And she starts to add an authenticator app
    And she enters the current code
    When she re-authenticates by her external account for "credential:link"
    Then she is given no elevated token

  @step-up.mfa-not-reauth.external-not-enrolled
  Scenario: A user who has no MFA method gets an elevated token for her external account
    Given a new user
    And she has signed up with an external account
    When she re-authenticates by her external account for "credential:link"
    Then she is given an elevated token

  @step-up.check.unverified
  Scenario: Step-up is not by an app that was never verified
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled a passkey
    And she starts to add an authenticator app
    When she asks whether "wallet:export" needs step-up
    Then step-up is needed, by her passkey

  @step-up.check.no-method
  Scenario: Where MFA is optional, step-up is not needed of who has no method
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled no MFA method
    When she asks whether "wallet:export" needs step-up
    Then step-up is not needed

  @step-up.check.needed
  Scenario Outline: Step-up is needed for a protected action, by <method>
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled <method>
    And another user who has enrolled <method>
    When she asks whether "wallet:export" needs step-up
    Then step-up is needed, by <credential>

    Examples:
      | case    | method               | credential            |
      | app     | an authenticator app | her authenticator app |
      | passkey | a passkey            | her passkey           |

  @step-up.check.not-needed
  Scenario: Step-up is not needed where nothing is protected
    Given a user who has enrolled an authenticator app
    When she asks whether "wallet:sign" needs step-up
    Then step-up is not needed

  @step-up.always-for-credentials.check
  Scenario Outline: From API version 2026_04_01 on, "<scope>" always needs step-up
    Given the API version is "2026_04_01"
    And a user who has enrolled no MFA method
    When she asks whether "<scope>" needs step-up
    Then step-up is needed

    Examples:
      | case   | scope             |
      | link   | credential:link   |
      | unlink | credential:unlink |
      | export | wallet:export     |

  @step-up.always-for-credentials.export
  Scenario Outline: From API version 2026_04_01 on, a wallet is not exported without step-up: with <methods>
    Given the API version is "2026_04_01"
    And a user who has enrolled <methods>
    When she tries to export her wallet with no token
    Then she is refused with "step-up required"

    Examples:
      | case    | methods              |
      | app     | an authenticator app |
      | nothing | no MFA method        |

  @step-up.always-for-credentials.removal
  Scenario: From API version 2026_04_01 on, an app is not removed without step-up
    Given the API version is "2026_04_01"
    And a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with no token
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @step-up.always-for-credentials.app
  Scenario: From API version 2026_04_01 on, an app cannot be added without step-up
    Given the API version is "2026_04_01"
    And a user who has enrolled no MFA method
    When she tries to add an authenticator app
    Then she is refused with "step-up required"

  @step-up.always-for-credentials.passkey
  Scenario: From API version 2026_04_01 on, a passkey cannot be added without step-up
    Given the API version is "2026_04_01"
    And a new user
    And she has signed up
    And she steps up by e-mail and enrols an authenticator app
    And she has signed in again
    When she tries to add a passkey
    Then she is refused with "step-up required"

  @step-up.always-for-credentials.by-the-book
  Scenario: From API version 2026_04_01 on, an elevated token lets her add an app
    Given the API version is "2026_04_01"
    And a new user
    And she has signed up
    When she steps up by e-mail and enrols an authenticator app
    Then she has an authenticator app enrolled
