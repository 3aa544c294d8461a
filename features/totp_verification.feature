Feature: Codes of the authenticator app
  A code is good once, for a short while, for one account, and only in its exact form.

  @totp.code-once.same-session
  Scenario: The same code is not taken twice in one session
    Given a user who has enrolled an authenticator app
    And she enters the current code
    When she enters the same code again
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.other-session
  Scenario: The same code is not taken in another session
    Given a user who has enrolled an authenticator app
    And she enters the current code
    And she has signed in again
    When she enters the same code again
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.after-enrolment
  Scenario: The code that verified the app is not taken as a challenge
    Given a user who has enrolled an authenticator app
    When she enters the code she enrolled with
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.at-once
  Scenario: One code used from eight sessions at once opens one of them
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When one code is used from 8 sessions at once
    Then exactly one of them succeeds

  @totp.code-once.older-step
  Scenario: A step before the last one used is not taken any more
    Given the profile says that "older_step" is "refused"
    And a user who has enrolled an authenticator app
    And 3 minutes pass
    And she enters the current code
    When she enters the code from 1 step ago
    Then she is refused with "invalid code"

  @totp.drift-bounded.taken
  Scenario Outline: A phone <seconds> seconds <way> is close enough
    Given a user who has enrolled an authenticator app
    And 3 minutes pass
    And her phone's clock is <seconds> seconds <way>
    When she enters the current code
    Then she succeeds

    Examples:
      | case    | seconds | way  |
      | slow    | 30      | slow |
      | fast    | 30      | fast |
      | exact   | 0       | fast |

  @totp.drift-bounded.refused
  Scenario Outline: A code <code> is refused
    Given a user who has enrolled an authenticator app
    And 10 minutes pass
    When she enters the code <code>
    Then she is refused with "invalid code"
    And a fresh code from her app still works

    Examples:
      | case     | code           |
      | 2 ago    | from 2 steps ago |
      | 3 ago    | from 3 steps ago |
      | 20 ago   | from 20 steps ago |
      | 2 ahead  | 2 steps ahead  |
      | 3 ahead  | 3 steps ahead  |
      | 20 ahead | 20 steps ahead |

  @totp.step-boundary.seconds
  Scenario Outline: The code on the screen is taken <moment> a step
    Given a user who has enrolled an authenticator app
    And 3 minutes pass
    And it is <seconds> seconds into a time step
    When she enters the current code
    Then she succeeds

    Examples:
      | case        | moment               | seconds |
      | first       | in the first second of | 0      |
      | second      | one second into      | 1       |
      | last        | in the last second of | 29     |

  @totp.exact-format.leading-zero
  Scenario: A code that begins with 0 is taken
    Given a user who has enrolled an authenticator app
    When she enters a code that begins with 0
    Then she succeeds

  @totp.exact-format.leading-zero-lost
  Scenario: A code whose leading zero was lost is refused
    Given a user who has enrolled an authenticator app
    When she enters a code without its leading zero
    Then she is refused
    And a fresh code from her app still works

  @totp.exact-format.odd-input
  Scenario Outline: Odd input is refused: <code>
    Given a user who has enrolled an authenticator app
    When she enters <code>
    Then she is refused
    And a fresh code from her app still works

    Examples:
      | case        | code                                    |
      | short       | the current code without its first digit |
      | prefix      | the current code without its last digit |
      | long        | the current code and one digit more     |
      | letter      | the current code and a letter           |
      | full-width  | the current code in full-width digits   |
      | number      | the current code as a number            |
      | list        | the current code in a list              |
      | nothing     | no code at all                          |
      | empty       | an empty code                           |

  @totp.bound-to-account.other-user
  Scenario: Somebody else's code is refused
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she enters the other user's code
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.no-backdoor.well-known
  Scenario Outline: No code is good for everybody: <code>
    Given a user who has enrolled an authenticator app
    When she enters the code "<code>"
    Then she is refused with "invalid code"

    Examples:
      | case   | code   |
      | 000000 | 000000 |
      | 123456 | 123456 |
      | 999999 | 999999 |

  @totp.no-backdoor.nine-guesses
  Scenario: Wrong codes are refused, one after the other
    Given a user who has enrolled an authenticator app
    When she enters 9 wrong codes
    And she enters a fresh code
    Then she succeeds

  @totp.trusted-time.client-date
  Scenario: The time in a request is not believed
    Given a user who has enrolled an authenticator app
    When she enters a code from an hour ahead and claims that it is an hour later
    Then she is refused with "invalid code"
    And a fresh code from her app still works
