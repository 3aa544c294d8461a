Feature: The screens of a client's MFA user interface
  Only for clients that have screens: the names are those of the vendor's views.

  @client.screens-of-enabled-methods.totp-off
  Scenario Outline: With authenticator apps switched off the screen "<screen>" does not open
    Given TOTP is off
    And a user who has enrolled a passkey
    When she acknowledges her recovery codes
    And she opens the screen "<screen>"
    Then no screen is visible

    Examples:
      | case    | screen            |
      | QR code | mfa-secure-device |
      | code    | mfa-verification  |
      | manage  | manage-totp       |

  @client.screens-of-enabled-methods.all-off
  Scenario Outline: With no method switched on the screen "<screen>" does not open
    Given TOTP is off
    And passkeys are off
    And a new user
    And she has signed up
    When she opens the screen "<screen>"
    Then no screen is visible

    Examples:
      | case           | screen                   |
      | choose         | mfa-choose-device        |
      | recovery codes | mfa-display-backup-codes |
      | recovery code  | mfa-recovery             |

  @client.screens-of-enabled-methods.on
  Scenario Outline: With its method switched on the screen "<screen>" opens, and closes
    Given a new user
    And she has signed up
    When she opens the screen "<screen>"
    Then the screen "<screen>" is visible
    When she closes the screen "<screen>"
    Then no screen is visible

    Examples:
      | case          | screen            |
      | choose        | mfa-choose-device |
      | QR code       | mfa-secure-device |
      | code          | mfa-verification  |
      | recovery code | mfa-recovery      |
      | manage        | manage-totp       |

  @client.screens-of-enabled-methods.one-at-a-time
  Scenario: One screen takes the place of another
    Given a new user
    And she has signed up
    When she opens the screen "mfa-choose-device"
    And she opens the screen "mfa-verification"
    Then the screen "mfa-verification" is visible

  @client.right-prompt.screen-by-methods
  Scenario Outline: Asked for MFA, a user with <methods> sees the screen "<screen>"
    Given a user who has enrolled <methods>
    When she has her client ask her for MFA
    Then the screen "<screen>" is visible

    Examples:
      | case      | methods              | screen            |
      | no method | no MFA method        | mfa-choose-device |
      | app       | an authenticator app | mfa-verification  |

  @client.right-prompt.screen-pending-app
  Scenario: Asked for MFA, a user whose app was never verified is not asked for its code
    Given a user who has enrolled no MFA method
    When she starts to add an authenticator app
    And she has her client ask her for MFA
    Then the screen "mfa-choose-device" is visible

  @client.right-prompt.screen-at-sign-in
  Scenario: At sign-in the screen of the challenge opens by itself
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    Then the screen "mfa-verification" is visible

  @client.right-prompt.screen-of-codes
  Scenario: Recovery codes that wait to be acknowledged are shown by themselves
    Given a user who has enrolled an authenticator app
    And she has not acknowledged her recovery codes
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    Then the screen "mfa-display-backup-codes" is visible
    And her recovery codes are on the screen

  @client.pending-stays.until-met
  Scenario: The screen of a challenge that is due cannot be put away
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs in again
    And she has her client ask her for MFA
    And she tries to get rid of the screen
    Then the screen "mfa-verification" is visible
    When she types the current code into the screen
    Then she is fully signed in

  @client.pending-stays.signing-out
  Scenario: Signing out is the way out of a challenge
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When she signs out
    And she lets her client say by itself what is missing
    And she signs in again with an e-mail code in the same browser
    And she signs out
    Then no screen is visible

  @client.enrolment-order.on-screens
  Scenario: On the screens an app is verified, then its recovery codes are shown, then acknowledged
    Given "Require at onboarding" is on
    And a new user
    And she has signed up
    When she opens the screen "mfa-secure-device"
    And she scans the QR code on the screen
    And she types the current code into the screen
    Then the screen "mfa-display-backup-codes" is visible
    And her recovery codes are on the screen
    And nothing has been acknowledged yet
    When she confirms on the screen that she has written the codes down
    Then no screen is visible
    And her client has kept to the order: app verified, recovery codes read, acknowledged
    And she is fully signed in

  @client.qr-drawn-locally.picture
  Scenario: The QR code is drawn by the client
    Given a new user
    And she has signed up
    When she opens the screen "mfa-secure-device"
    Then the picture of the QR code comes from nobody else
