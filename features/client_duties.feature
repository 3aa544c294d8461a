Feature: What a client owes its user
  A client SDK decides what a user is asked, keeps her tokens, and says what went wrong. Where it errs, a right
  server does not help: she is asked for a code that she cannot give, or a token outlives her session.

  @client.scope-as-list.contained
  Scenario: A scope that only contains the word does not ask for MFA
    Given the setting "extra_scopes" is ["x-requiresAdditionalAuth"]
    And a new user
    When she signs up
    Then her client asks nothing more of her

  @client.scope-as-list.there
  Scenario: A session that owes MFA is known by its scope
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    Then her client asks for MFA

  @client.right-prompt.pending-app
  Scenario: A user whose app was never verified is asked to enrol, not for a code
    Given "Require at onboarding" is on
    And a new user
    And she has signed up
    When she starts to add an authenticator app
    Then her next step is to enrol

  @client.token-swap.next-call
  Scenario: After MFA the next call is made with the new token
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she completes MFA with a code without asking for a token
    And she tries to list her devices
    Then she succeeds
    And she is fully signed in

  @client.mfa-token-consumed.once
  Scenario: An MFA token is handed out once
    Given a user who has enrolled an authenticator app
    When she completes MFA with a code and asks for an MFA token
    And she takes the MFA token out of her client
    Then her client has no MFA token

  @client.missing-token-told.none-held
  Scenario: A client that holds no MFA token says so
    Given a user who has enrolled an authenticator app
    When she signs in again
    Then her client has no MFA token

  @client.signs-out-clean.tokens
  Scenario: Signing out leaves nothing behind
    Given a user who has enrolled an authenticator app
    When she completes MFA with a code and asks for an MFA token
    And she signs out
    Then her client has forgotten her

  @client.signs-out-clean.elevated
  Scenario: Signing out leaves no elevated token behind
    Given a user who has enrolled an authenticator app
    When she completes MFA with a code and asks for an elevated token for "wallet:export"
    And she signs out
    Then her client has forgotten her

  @client.elevated-token-choice.other-scope
  Scenario: An elevated token goes along with calls of its own scope only
    Given a user who has enrolled an authenticator app
    When she completes MFA with a code and asks for an elevated token for "wallet:export"
    And she reads her recovery codes
    And she tries to list her devices
    Then her elevated token has gone along with nothing

  @client.failed-check-required.refused
  Scenario: A step-up check that fails does not count as: none is needed
    Given a user who has enrolled an authenticator app
    When 3 hours pass
    And she asks whether "credential:link" needs step-up, and the server refuses to say
    Then she is not told that no step-up is needed

  @client.no-blind-retry.wrong-code
  Scenario: A code that was refused is not sent again
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters 1 wrong code
    Then her client has sent the refused code once

  @client.error-kinds.limit @locks-out
  Scenario: Too many attempts are not told as a wrong code
    Given a user who has enrolled an authenticator app
    When she enters wrong codes until she is locked out
    Then her client says that there were too many attempts

  @client.refusal-told.answer
  Scenario: A passkey that was refused is not told as accepted
    Given a user who has enrolled a passkey
    When she answers the passkey challenge with a response made on another website
    Then her client's own call is refused

  @client.refusal-told.registration
  Scenario: A passkey that was not registered is not told as registered
    Given a user who has enrolled no MFA method
    When she registers a passkey with a response made on another website
    Then her client's own call is refused

  @client.refusal-told.second-app
  Scenario: A second authenticator app that was refused is not told as added
    Given a user who has enrolled an authenticator app
    When she tries to add a second authenticator app
    Then her client's own call is refused

  @client.stays-signed-in.second-app
  Scenario: A second authenticator app is refused, and she stays signed in
    Given a user who has enrolled an authenticator app
    When she tries to add a second authenticator app
    Then she is refused with "401 Unauthorized"
    And her client says that she has a device already
    And she is still signed in

  @client.refreshes-after-deletion.token
  Scenario: After a device was deleted the session token is renewed
    Given a user who has enrolled an authenticator app
    When she tries to delete her authenticator app with an MFA token
    Then her client has had its session token renewed since the deletion

  @client.reading-keeps-codes.twice
  Scenario: Showing the recovery codes makes no new ones
    Given a user who has enrolled an authenticator app
    And she has not acknowledged her recovery codes
    When she reads her recovery codes
    And she reads her recovery codes again
    Then her client has made no new recovery codes

  @client.uri-honoured.other-parameters
  Scenario: An app is set up with the algorithm, digits and period that the server chose
    Given the setting "totp_algorithm" is "SHA256"
    And the setting "totp_digits" is 8
    And the setting "totp_period" is 60
    And a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app enrolled

  @client.prompts-once.sign-in
  Scenario: What is missing is asked for once a sign-in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    And she refreshes her session
    Then her client has asked for MFA once

  @client.prompts-once.next-sign-in
  Scenario: What is missing is asked for again at the next sign-in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    And she signs out
    And she signs in again with an e-mail code in the same browser
    Then her client has asked for MFA twice

  @client.prompts-once.page-reload
  Scenario: What is missing is asked for again when the page is loaded again
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    And she loads the page again
    Then her client has asked for MFA twice
