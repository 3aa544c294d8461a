Feature: Proofs of MFA
  An MFA token or an elevated token proves that MFA was passed: by one user, in one session, for one purpose.

  @mfa-token.bound-to-user.elevated
  Scenario: Another user's elevated token opens no action
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to export her wallet with the other user's elevated token for "wallet:export"
    Then she is refused with "step-up required"
    When she tries to export her wallet with an elevated token for "wallet:export"
    Then she succeeds

  @mfa-token.bound-to-user.elevated-deletion
  Scenario: Another user's elevated token deletes no app
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she tries to delete her authenticator app with the other user's elevated token for "credential:unlink"
    Then she is refused with "step-up required"
    And only her first app is listed, and its codes still work

  @mfa-token.bound-to-session.action
  Scenario Outline: What she proved in one session opens no action in another: <case>
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with <token> of another session of hers
    Then she is refused with "step-up required"
    When she tries to export her wallet with <token>
    Then she succeeds

    Examples:
      | case           | token                                 |
      | MFA token      | an MFA token                          |
      | elevated token | an elevated token for "wallet:export" |

  @token.revoked.proofs
  Scenario Outline: What she proved in a session is worth nothing once she has signed out of it: <case>
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    And she completes MFA with a code and asks for <token>
    And she signs out
    And she has signed in again
    When she tries to export her wallet with <same> again
    Then she is refused with "step-up required"
    When she tries to export her wallet with <token>
    Then she succeeds

    Examples:
      | case           | token                                 | same                    |
      | MFA token      | an MFA token                          | the same MFA token      |
      | elevated token | an elevated token for "wallet:export" | the same elevated token |

  @token.environment-bound.proofs
  Scenario Outline: A proof of one environment opens no action in another: <case>
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with <token> of another environment
    Then she is refused with "step-up required"
    When she tries to export her wallet with <token>
    Then she succeeds

    Examples:
      | case           | token                                 |
      | MFA token      | an MFA token                          |
      | elevated token | an elevated token for "wallet:export" |

  @token.purpose.as-session
  Scenario Outline: A proof is no session token: <case>
    Given a user who has enrolled an authenticator app
    When she presents <token> as a session token
    Then she is refused with "not signed in"
    When she tries to list her devices
    Then she succeeds

    Examples:
      | case           | token                                     |
      | MFA token      | an MFA token                              |
      | elevated token | an elevated token for "credential:unlink" |

  @token.purpose.as-proof
  Scenario: A session token is no proof
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with her session token as an elevated token
    Then she is refused with "step-up required"

  @token.signature.elevated
  Scenario Outline: An elevated token is not believed <forged>
    Given the action "wallet.waas.export" needs MFA
    And a user who has enrolled an authenticator app
    When she tries to export her wallet with <token>
    Then she is refused with "step-up required"

    Examples:
      | case      | forged                           | token                                                                    |
      | scope     | for a scope that was written in  | an elevated token for "wallet:sign" made out to "wallet:export"          |
      | alg none  | without its signature            | an elevated token for "wallet:export" that was unsigned                  |
      | other key | under a signature of another key | an elevated token for "wallet:export" that was signed by another key     |

  @token.signature.elevated-expiry
  Scenario: An elevated token is not prolonged by who holds it
    Given the action "wallet.waas.export" needs MFA with a time-bound token
    And a user who has enrolled an authenticator app
    And she completes MFA with a code and asks for an elevated token for "wallet:export"
    And 601 seconds pass
    When she tries to export her wallet with the same elevated token with its expiry changed
    Then she is refused with "step-up required"

  @step-up.always-for-credentials.mfa-token
  Scenario Outline: From API version 2026_04_01 on, an MFA token does not add a method: to <operation>
    Given the API version is "2026_04_01"
    And a user who has enrolled <method>
    When she tries to <operation> with an MFA token
    Then she is refused with "step-up required"

    Examples:
      | case    | operation                | method               |
      | app     | add an authenticator app | a passkey            |
      | passkey | add a passkey            | an authenticator app |
