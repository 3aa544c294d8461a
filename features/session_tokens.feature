Feature: Session tokens
  What a backend relies on: a signed token that says who, where, until when, and whether MFA is done.

  @token.claims.all
  Scenario: The token names what a backend checks
    Given a new user
    When she signs up
    Then her session token names its issuer, audience, subject, session and environment

  @token.signature.published-key
  Scenario: The token is signed by a published key
    Given a new user
    When she signs up
    Then her session token is signed by a published key

  @token.scope-string.gated
  Scenario: The scope is one string of words, the same in token and user
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    Then her session token has its scope as one string of words

  @token.signature.forged
  Scenario Outline: A request with <forged> is refused
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    And she has signed in again
    When she presents <forged>
    Then she is refused with "not signed in"

    Examples:
      | case      | forged                                                   |
      | alg none  | her session token unsigned                               |
      | HS256     | her session token signed with the public key as a secret |
      | other key | her session token signed by another key                  |
      | scope     | her session token with its scope changed                 |
      | expiry    | her session token with its expiry changed                |
      | user      | her session token with its user changed                  |
      | missing   | no session token                                         |
      | nonsense  | nonsense as a session token                              |
      | own key   | her session token bringing a key of its own              |

  @token.expiry.as-told
  Scenario: The token expires when the server said it would
    Given a new user
    When she signs up
    Then her session token expires when the server said it would

  @token.expiry.refused
  Scenario: An expired session token is refused
    Given the setting "session_seconds" is 3600
    And a user who has enrolled an authenticator app
    And 3601 seconds pass
    When she tries to list her devices
    Then she is refused with "not signed in"

  @token.expiry.refresh
  Scenario: An expired session token is not refreshed
    Given the setting "session_seconds" is 3600
    And a user who has enrolled an authenticator app
    And 3601 seconds pass
    When she tries to refresh her session
    Then she is refused with "not signed in"

  @token.revoked.session-token
  Scenario: After signing out the session token is refused
    Given a user who has enrolled an authenticator app
    And she signs out
    When she presents her old session token
    Then she is refused with "not signed in"

  @token.revoked.refresh
  Scenario: After signing out the session cannot be refreshed
    Given a user who has enrolled an authenticator app
    And she signs out
    When she refreshes with her old session token
    Then she is refused with "not signed in"

  @token.revoked.others-live
  Scenario: Signing out of one session leaves the others alone
    Given a user who has enrolled an authenticator app
    And she has signed in again
    And she signs out
    When she goes back to her other session
    And she tries to list her devices
    Then she succeeds

  @token.deleted-user.session-token
  Scenario: The session token of a deleted user is refused
    Given a user who has enrolled no MFA method
    And she has signed in again
    And she tries to delete her account
    When she goes back to her other session
    And she tries to list her devices
    Then she is refused with "not signed in"

  @token.deleted-user.refresh
  Scenario: The session of a deleted user cannot be refreshed
    Given a user who has enrolled no MFA method
    And she has signed in again
    And she tries to delete her account
    When she goes back to her other session
    And she tries to refresh her session
    Then she is refused with "not signed in"

  @token.environment-bound.other-environment
  Scenario: A session token of one environment is refused in another
    Given a user who has enrolled an authenticator app
    When she presents her session token in another environment
    Then she is refused with "not signed in"

  @token.cookie-mode.sign-in
  Scenario: In cookie mode the token is in a cookie, not in the answer
    Given the setting "cookie_mode" is true
    And a new user
    When she signs up
    Then her session is kept in a cookie
