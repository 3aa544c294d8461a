Feature: Session-based MFA
  Who owes what after signing in, by the dashboard's two switches and by whether she has a verified method.
  The session token says it: "requiresAdditionalAuth" until MFA is done, "user:basic" from then on.

  @session.challenge-every-login.gate-table
  Scenario Outline: Session-based MFA on, required at onboarding <onboarding>, <methods>: a challenge is next
    Given session-based MFA is on
    And "Require at onboarding" is <onboarding>
    And a user who has enrolled <methods>
    When she signs in again
    Then she must complete MFA first
    And her next step is a challenge

    Examples:
      | case           | onboarding | methods                            |
      | on/on/app      | on         | an authenticator app               |
      | on/on/passkey  | on         | a passkey                          |
      | on/on/both     | on         | an authenticator app and a passkey |
      | on/off/app     | off        | an authenticator app               |
      | on/off/passkey | off        | a passkey                          |

  @session.optional-needs-method.gate-table
  Scenario Outline: Session-based MFA <session>, required at onboarding off, <methods>: nothing more is asked
    Given session-based MFA is <session>
    And a user who has enrolled <methods>
    When she signs in again
    Then she is fully signed in
    And nothing more is asked of her

    Examples:
      | case        | session | methods              |
      | on/nothing  | on      | no MFA method        |
      | off/nothing | off     | no MFA method        |
      | off/app     | off     | an authenticator app |
      | off/passkey | off     | a passkey            |

  @onboarding.gates-until-enrolled.gate-table
  Scenario Outline: Session-based MFA <session>, required at onboarding on, no MFA method: she has to enrol
    Given session-based MFA is <session>
    And "Require at onboarding" is on
    And a user who has enrolled no MFA method
    When she signs in again
    Then she must complete MFA first
    And her next step is to enrol

    Examples:
      | case | session |
      | on   | on      |
      | off  | off     |

  @gate.scopes-exclusive.after-sign-in
  Scenario: A session that owes MFA is not also fully signed in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    Then she must complete MFA first

  @gate.lifted-by-mfa.by-code
  Scenario: A code from her authenticator app completes the sign-in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters the current code
    And she tries to change her name
    Then she succeeds
    And she is fully signed in

  @gate.lifted-by-mfa.by-passkey
  Scenario: Her passkey completes the sign-in
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she answers the passkey challenge
    And she tries to list her passkeys
    Then she succeeds
    And she is fully signed in

  @gate.lifted-by-mfa.by-recovery-code
  Scenario: A recovery code completes the sign-in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she uses a recovery code
    And she tries to change her name
    Then she succeeds
    And she is fully signed in

  @gate.lifted-by-mfa.refresh-keeps
  Scenario: Refreshing a session that has done MFA does not ask for it again
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters the current code
    And she refreshes her session
    Then she is fully signed in

  @session.challenge-every-login.again
  Scenario: MFA done once is asked for again at the next sign-in
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters the current code
    And she signs out
    And she signs in again
    Then she must complete MFA first
    And her next step is a challenge

  @session.challenge-every-login.same-browser
  Scenario: A browser in which MFA was done once is asked again
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she signs out
    When she signs in again with an e-mail code in the same browser
    Then she must complete MFA first
    And her next step is a challenge
    When she enters the current code
    Then she is fully signed in

  @session.per-session.other-device
  Scenario: MFA done in one browser does not complete the session in another
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she signs in again
    And she enters the current code
    And she goes back to her other session
    And she refreshes her session
    Then she must complete MFA first

  @session.per-session.refresh-drops-nothing
  Scenario: Refreshing a session that owes MFA does not complete it
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    And she refreshes her session
    Then she must complete MFA first

  @session.existing-users.enrolled-before
  Scenario: A user who enrolled before the option was on is challenged at her next sign-in
    Given a user who has enrolled an authenticator app
    When session-based MFA is switched on for everybody
    And she signs in again
    Then she must complete MFA first
    And her next step is a challenge

  @session.existing-users.not-enrolled
  Scenario: A user without a method signs in freely once the option is on
    Given a user who has enrolled no MFA method
    When session-based MFA is switched on for everybody
    And she signs in again
    Then she is fully signed in

  @totp.unverified-never-counts.gate
  Scenario: An app that was never verified brings no challenge
    Given session-based MFA is on
    And a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she signs in again
    Then she is fully signed in

  @gate.every-sign-in.ways
  Scenario Outline: Signing in with <way> is no way around MFA
    Given session-based MFA is on
    And a user who has enrolled <methods>
    When she signs in again with <way>
    Then she must complete MFA first

    Examples:
      | case    | way            | methods                            |
      | e-mail  | an e-mail code | an authenticator app               |
      | passkey | her passkey    | an authenticator app and a passkey |

  @gate.every-sign-in.external-account
  Scenario: Signing in with an external account is no way around MFA
    Given session-based MFA is on
    And a new user
    And she has signed up with an external account
    And she starts to add an authenticator app
    And she enters the current code
    When she signs in again with an external account
    Then she must complete MFA first

  @gate.every-sign-in.text-message
  Scenario: Signing in with a code by text message is no way around MFA
    Given session-based MFA is on
    And a new user
    And she has signed up with a code by text message
    And she starts to add an authenticator app
    And she enters the current code
    When she signs in again with a code by text message
    Then she must complete MFA first

  @gate.every-sign-in.text-message-again
  Scenario: Proving the phone number again is no second factor
    Given session-based MFA is on
    And a new user
    And she has signed up with a code by text message
    And she starts to add an authenticator app
    And she enters the current code
    When she signs in again with a code by text message
    And she proves her phone number again
    And she refreshes her session
    Then she must complete MFA first

  @gate.failure-upgrades-nothing.wrong-code
  Scenario: A refused code leaves the session as it was
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she enters a wrong code
    Then she is refused with "invalid code"
    And the refusal brings no token
    And she must complete MFA first
    When she refreshes her session
    Then she must complete MFA first

  @gate.failure-upgrades-nothing.wrong-recovery-code
  Scenario: A refused recovery code leaves the session as it was
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she uses a made-up recovery code
    Then she is refused with "invalid code"
    And the refusal brings no token
    And she must complete MFA first
    When she refreshes her session
    Then she must complete MFA first

  @gate.failure-upgrades-nothing.wrong-passkey
  Scenario: A refused passkey leaves the session as it was
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she answers the passkey challenge with a response whose signature does not fit
    Then she is refused
    And the refusal brings no token
    And she must complete MFA first
    When she refreshes her session
    Then she must complete MFA first

  @gate.protects-endpoints.operations
  Scenario Outline: A session that owes MFA may not <operation>
    Given session-based MFA is on
    And a user who has enrolled an authenticator app and a passkey
    And she has signed in again
    When she tries to <operation>
    Then she is refused with "MFA required"

    Examples:
      | case           | operation                              |
      | change name    | change her name                        |
      | delete account | delete her account                     |
      | list passkeys  | list her passkeys                      |
      | rename passkey | rename her passkey                     |
      | default device | make her authenticator app the default |
      | look up device | look up her authenticator app          |
      | change address | change her e-mail address              |
      | export wallet  | export her wallet                      |
      | sign           | sign with her wallet                   |
      | refresh wallet | refresh her wallet                     |
      | reshare wallet | reshare her wallet                     |

  @gate.protects-endpoints.delete-app
  Scenario: A session that owes MFA may not delete the method that it owes
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she tries to delete her authenticator app with no token
    Then she is refused with "MFA required"
    And her next step is a challenge

  @gate.protects-endpoints.delete-passkey
  Scenario: A session that owes MFA may not delete a passkey either
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she tries to delete her passkey with no token
    Then she is refused with "MFA required"
    And her next step is a challenge

  @gate.protects-endpoints.external-word
  Scenario: A session that owes MFA does not step up by the word of her identity provider
    Given "Require at onboarding" is on
    And a new user
    And she has signed up with an external account
    When she re-authenticates by her external account for "wallet:export"
    Then she is refused with "MFA required"

  @gate.not-user-writable.profile
  Scenario: Nothing that she writes into her profile completes the session
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she writes full access into her profile
    And she refreshes her session
    Then she must complete MFA first

  @gate.not-user-writable.acknowledgement
  Scenario: Acknowledging recovery codes does not keep a session complete that has come to owe MFA
    Given session-based MFA is on
    And a user who has enrolled no MFA method
    And she has signed in again
    And she starts to add an authenticator app
    And she enters the current code
    When she goes back to her other session
    And she acknowledges her recovery codes, and a refresh would ask for MFA
    Then she must complete MFA first

  @recovery.needs-mfa.read
  Scenario: A session that owes MFA cannot read the recovery codes that would complete it
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she tries to read her recovery codes
    Then she is refused with "MFA required"

  @recovery.needs-mfa.regenerate
  Scenario: A session that owes MFA cannot make new recovery codes
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    When she tries to regenerate her recovery codes
    Then she is refused with "MFA required"

  @gate.binding-needs-mfa.methods
  Scenario Outline: With <methods> enrolled, a session that owes MFA cannot <operation>
    Given session-based MFA is on
    And a user who has enrolled <methods>
    And she has signed in again
    When she tries to <operation>
    Then she is refused with "MFA required"

    Examples:
      | case                  | methods              | operation                       |
      | app beside a passkey  | a passkey            | add an authenticator app        |
      | passkey beside an app | an authenticator app | add a passkey                   |
      | second passkey        | a passkey            | add a passkey                   |
      | by the older call     | an authenticator app | add a passkey by the older call |

  @gate.binding-needs-mfa.confirm-app
  Scenario: An app that was started in a complete session is not confirmed in one that owes MFA
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she starts to add an authenticator app
    And she has signed in again
    When she confirms the app with the current code
    Then she is refused
    And she must complete MFA first

  @gate.binding-needs-mfa.finish-passkey
  Scenario Outline: A passkey that was started in a complete session is not finished in one that owes MFA: <case>
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she has signed in again
    When she tries to <operation>
    Then she is refused
    And she must complete MFA first

    Examples:
      | case       | operation                                                                     |
      | call       | finish adding a passkey that she began in her other session                   |
      | older call | finish adding a passkey by the older call that she began in her other session |

  @gate.every-sign-in.email-again
  Scenario: Proving the e-mail address again is no second factor
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    And she proves her e-mail address again
    And she refreshes her session
    Then she must complete MFA first
