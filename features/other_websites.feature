Feature: Pages of other websites
  What a browser sends on behalf of somebody else's page must neither be answered to it nor be obeyed.

  @settings.allowed-origins.reading
  Scenario: A page of another website may not read answers
    Given a user who has enrolled an authenticator app
    Then a page of another website may not read her device list

  @token.cookie-mode.cross-site
  Scenario: In cookie mode a page of another website can change nothing
    Given the setting "cookie_mode" is true
    And a user who has enrolled an authenticator app
    When she opens a page of another website that has her recovery codes regenerated
    Then she is refused

  @passkey.rp-id.named-in-request
  Scenario: The relying party is the configured one, whatever the request names
    Given a user who has enrolled a passkey
    Then a relying party that the request names is not believed
