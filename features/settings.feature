Feature: Settings and malformed requests
  What the dashboard switches off is off at the server too, and whatever is sent gets a well-formed answer.

  @settings.methods-independent.passkeys-only
  Scenario: With TOTP off a passkey can still be enrolled
    Given TOTP is switched off
    And a user who has enrolled no MFA method
    When she registers a passkey
    Then she has a passkey enrolled

  @settings.methods-independent.totp-only
  Scenario: With passkeys off an authenticator app can still be enrolled
    Given passkeys are switched off
    And a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app enrolled

  @settings.disabled-method-refused.totp
  Scenario: With TOTP off no authenticator app can be added
    Given TOTP is switched off
    And a user who has enrolled no MFA method
    When she tries to add an authenticator app
    Then she is refused

  @settings.disabled-method-refused.passkey
  Scenario: With passkeys off no passkey can be added
    Given passkeys are switched off
    And a user who has enrolled no MFA method
    When she tries to add a passkey
    Then she is refused

  @settings.disabled-method-refused.under-way
  Scenario Outline: An app begun before TOTP was switched off is not enrolled after: she <gives> its code
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    And TOTP is switched off for everybody
    When she <gives> the current code
    Then she is refused
    And she has no MFA method enrolled

    Examples:
      | case      | gives                 |
      | entered   | enters                |
      | confirmed | confirms the app with |

  @settings.public.session-based
  Scenario Outline: The public settings say that session-based MFA is <on>
    Given session-based MFA is <on>
    And a new user
    Then the public settings say that session-based MFA is <on>

    Examples:
      | case | on  |
      | on   | on  |
      | off  | off |

  @settings.public.onboarding
  Scenario Outline: The public settings say that MFA at onboarding is <on>
    Given "Require at onboarding" is <on>
    And a new user
    Then the public settings say that MFA at onboarding is <on>

    Examples:
      | case | on  |
      | on   | on  |
      | off  | off |

  @settings.public.methods
  Scenario: The public settings say which methods are on
    Given passkeys are switched off
    And a new user
    Then the public settings say that TOTP is on
    And the public settings say that the passkey method is off

  @errors.malformed-refused.bodies
  Scenario Outline: Sending <body> to the TOTP challenge is refused with a well-formed error
    Given a user who has enrolled an authenticator app
    When she sends <body> to the TOTP challenge
    Then it is refused with a well-formed error
    And a fresh code from her app still works

    Examples:
      | case    | body                      |
      | nothing | no body                   |
      | no JSON | text that is not JSON     |
      | half    | half a JSON document      |
      | list    | a list                    |
      | nested  | a list nested without end |
      | no text | bytes that are not text   |
      | object  | an object as the code     |
      | true    | true as the code          |
      | NUL     | a code with a NUL         |
      | long    | a code of 100,000 digits  |
      | twice   | the code twice            |

  @errors.malformed-refused.routes
  Scenario Outline: Half a JSON document to <route> is refused with a well-formed error
    Given a user who has enrolled an authenticator app
    When she sends half a JSON document to <route>
    Then it is refused with a well-formed error

    Examples:
      | case         | route                      |
      | recovery     | the recovery challenge     |
      | passkey      | the passkey challenge      |
      | confirmation | the confirmation of an app |
      | registration | the passkey registration   |
      | step-up      | the step-up check          |

  @errors.shape.wrong-code
  Scenario: A refusal has a message and a code that SDKs know
    Given a user who has enrolled an authenticator app
    When she enters a wrong code
    Then she is refused with "invalid code"
