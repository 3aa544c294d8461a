Feature: Enrolling an authenticator app
  A QR code, a code from the app, recovery codes, their acknowledgement: in this order, and each step counts.

  @totp.provisioning-uri.qr-code
  Scenario Outline: The QR code <property>
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    Then the QR code <property>

    Examples:
      | case        | property                                |
      | secret      | agrees with the secret beside it        |
      | well-formed | is a well-formed otpauth address        |
      | names her   | names her e-mail address and one secret |

  @totp.provisioning-uri.hostile-address
  Scenario: An e-mail address cannot smuggle a second secret into the QR code
    Given a user who has enrolled no MFA method
    And her e-mail address begins with "a?secret=AAAAAAAA&x="
    When she starts to add an authenticator app
    Then the QR code names her e-mail address and one secret

  @totp.secret-strength.size
  Scenario: The secret is long enough
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    Then the QR code holds a secret of at least 128 bits

  @totp.secret-strength.random
  Scenario: Secrets are random: no two users get the same
    Given a user who has enrolled no MFA method
    Then 20 users who add an authenticator app all get different secrets

  @totp.six-digits.parameters
  Scenario: Codes have six digits and change every 30 seconds
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    Then the QR code asks for six digits every 30 seconds

  @totp.verify-before-use.listed
  Scenario: Until a code has been entered the app is listed as unverified
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    Then 1 unverified authenticator app is listed
    And she has no MFA method enrolled

  @totp.verify-before-use.by-code
  Scenario: A code from the app verifies it
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then 1 verified authenticator app is listed
    And she has an authenticator app enrolled

  @totp.both-routes.auth
  Scenario: Web SDKs verify a new app by authenticating with it
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app enrolled
    And a fresh code from her app still works

  @totp.both-routes.register
  Scenario: Native SDKs verify a new app by confirming its registration
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she confirms the app with the current code
    Then she has an authenticator app enrolled
    And a fresh code from her app still works

  @totp.both-routes.register-onboarding
  Scenario: A new user may enrol by confirming, and is fully signed in after a refresh
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she starts to add an authenticator app
    And she confirms the app with the current code
    And she refreshes her session
    Then she is fully signed in

  @totp.wrong-code-refused.auth
  Scenario: A wrong code does not verify a new app
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she enters a wrong code
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

  @totp.wrong-code-refused.register
  Scenario: A wrong code does not confirm a new app
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she confirms the app with a wrong code
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

  @totp.wrong-code-refused.retry
  Scenario: After a wrong code the scanned QR code still works
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she enters 1 wrong code
    And she enters the current code
    Then she has an authenticator app enrolled

  @totp.wrong-code-refused.given-up
  Scenario Outline: The QR code of a registration she gave up verifies nothing: she <gives> a code of it
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    And she starts to add an authenticator app again
    When she <gives> a code from her first app
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

    Examples:
      | case      | gives                 |
      | entered   | enters                |
      | confirmed | confirms the app with |

  @totp.unverified-never-counts.given-up
  Scenario: The app of a registration she gave up answers no challenge later on
    Given session-based MFA is on
    And a user who has enrolled no MFA method
    And she starts to add an authenticator app
    And she starts to add an authenticator app again
    And she enters the current code
    And she has signed in again
    And 30 seconds pass
    When she enters a code from her first app
    Then she is refused with "invalid code"
    And she must complete MFA first

  @totp.reenrol-after-abandon.again
  Scenario: A user who gave up half-way can start again
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she starts to add an authenticator app again
    And she enters the current code
    Then she has an authenticator app enrolled

  @totp.reenrol-after-abandon.later-session
  Scenario: A user who gave up half-way can start again in another session
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she signs in again
    And she starts to add an authenticator app again
    And she enters the current code
    Then she has an authenticator app enrolled

  @totp.unverified-never-counts.methods
  Scenario: An app that was never verified does not count as a method
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    Then she has no MFA method enrolled

  @totp.unverified-never-counts.other-user
  Scenario: Another user's code does not verify her new app
    Given a user who has enrolled no MFA method
    And another user who has enrolled an authenticator app
    And she starts to add an authenticator app
    When she enters the other user's code
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

  @totp.matches-uri.parameters
  Scenario Outline: The server computes codes by the parameters it put in the QR code: <case>
    Given the setting "totp_<parameter>" is <value>
    And a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then she has an authenticator app enrolled

    Examples:
      | case       | parameter | value    |
      | SHA256     | algorithm | "SHA256" |
      | SHA512     | algorithm | "SHA512" |
      | 8 digits   | digits    | 8        |
      | 60 seconds | period    | 60       |

  @totp.secret-once.after-enrolment
  Scenario Outline: After enrolment <what> reveals no secret
    Given a user who has enrolled an authenticator app
    Then <what> reveals no secret

    Examples:
      | case        | what                    |
      | device list | the device list         |
      | methods     | the list of her methods |
      | user        | her user record         |

  @totp.not-cacheable.registration
  Scenario: The answer with the secret may not be cached
    Given a user who has enrolled no MFA method
    Then the answer with the secret may not be cached

  @recovery.acknowledgement.after-enrolment
  Scenario: The first method brings recovery codes to be acknowledged
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she enters the current code
    Then her recovery codes are yet to be acknowledged

  @recovery.after-verification.order
  Scenario: QR code, code, recovery codes, acknowledgement: then she is fully signed in
    Given "Require at onboarding" is on
    And a new user
    When she signs up
    And she starts to add an authenticator app
    And she enters the current code
    And she reads her recovery codes
    And she acknowledges her recovery codes
    Then her recovery codes are acknowledged
    And the recovery codes are ten in number, no two alike
    And she is fully signed in

  @totp.unverified-never-counts.challenge
  Scenario: An app that was started and never verified answers no challenge
    Given session-based MFA is on
    And a user who has enrolled a passkey
    And she starts to add an authenticator app
    And she has signed in again
    When she enters the current code
    Then she is refused
