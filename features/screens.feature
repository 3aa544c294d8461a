Feature: The screens of a client's MFA user interface
  Only for clients that have screens: the names are those of the vendor's views.

  @client.screens-of-enabled-methods.totp-off
  Scenario Outline: With authenticator apps switched off the screen "<screen>" does not open
    Given TOTP is off
    And a user who has enrolled a passkey
    When she opens the screen "<screen>"
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
