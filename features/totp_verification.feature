Feature: Codes from the authenticator app
  A code works once, for a short while, for one account, and only in its exact form.

  @totp.code-once.same-session
  Scenario: The same code is not accepted twice in one session
    Given a user who has enrolled an authenticator app
    And she enters the current code
    When she enters the same code again
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.other-session
  Scenario: A code used in one session is not accepted in another
    Given a user who has enrolled an authenticator app
    And she enters the current code
    And she has signed in again
    When she enters the same code again
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.after-enrolment
  Scenario: The code that verified the app does not answer a challenge
    Given a user who has enrolled an authenticator app
    When she enters the code she enrolled with
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.after-confirmation
  Scenario: The code that confirmed the app does not answer a challenge
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    And she confirms the app with the current code
    When she enters the same code again
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.naming-the-app
  Scenario: A used code is not accepted when the request names the app
    Given a user who has enrolled an authenticator app
    And she enters the current code
    When she enters the same code again, naming her app
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.code-once.step-up
  Scenario Outline: The code of a sign-in is not accepted for <token>
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    And she enters the current code
    When she completes MFA with the same code again and asks for <token>
    Then she is refused with "invalid code"

    Examples:
      | case           | token                                  |
      | MFA token      | an MFA token                           |
      | elevated token | an elevated token for "wallet:export"  |

  @totp.code-once.at-once
  Scenario: One code used from eight sessions at once completes one of them
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When one code is used from 8 sessions at once
    Then exactly one of them succeeds

  @totp.code-once.older-step
  Scenario: A code from before the last one used is refused
    Given the profile says that "older_step" is "refused"
    And a user who has enrolled an authenticator app
    And 30 seconds pass
    And she enters the current code
    When she enters the code from 1 step ago
    Then she is refused with "invalid code"

  @totp.drift-bounded.taken
  Scenario Outline: A phone whose clock is <seconds> seconds <way> is close enough
    Given the profile says that "drift_steps" is 1
    And a user who has enrolled an authenticator app
    And 30 seconds pass
    And her phone's clock is <seconds> seconds <way>
    When she enters the current code
    Then she succeeds

    Examples:
      | case  | seconds | way  |
      | slow  | 30      | slow |
      | fast  | 30      | fast |
      | exact | 0       | fast |

  @totp.drift-bounded.refused
  Scenario Outline: A code from <n> steps ago is refused
    Given a user who has enrolled an authenticator app
    And <n> minutes pass
    When she enters the code from <n> steps ago
    Then she is refused with "invalid code"
    And a fresh code from her app still works

    Examples:
      | case   | n  |
      | 2 ago  | 2  |
      | 3 ago  | 3  |
      | 20 ago | 20 |

  @totp.drift-bounded.refused-ahead
  Scenario Outline: A code <n> steps ahead is refused
    Given a user who has enrolled an authenticator app
    When she enters the code <n> steps ahead
    Then she is refused with "invalid code"
    And a fresh code from her app still works

    Examples:
      | case     | n  |
      | 2 ahead  | 2  |
      | 3 ahead  | 3  |
      | 20 ahead | 20 |

  @totp.drift-bounded.enrolment
  Scenario Outline: A new app stays unverified when she <gives> the code <code>
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she <gives> the code <code>
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

    Examples:
      | case                | gives                 | code              |
      | 3 ago               | enters                | from 3 steps ago  |
      | 20 ago              | enters                | from 20 steps ago |
      | 3 ahead             | enters                | 3 steps ahead     |
      | 20 ahead            | enters                | 20 steps ahead    |
      | confirmed, 3 ago    | confirms the app with | from 3 steps ago  |
      | confirmed, 3 ahead  | confirms the app with | 3 steps ahead     |

  @totp.step-boundary.seconds
  Scenario Outline: The code on the screen is accepted <moment> its time step
    Given a user who has enrolled an authenticator app
    And 30 seconds pass
    And it is <time> into a time step
    When she enters the current code
    Then she succeeds

    Examples:
      | case   | moment                 | time       |
      | first  | in the first second of | 0 seconds  |
      | second | one second into        | 1 second   |
      | last   | in the last second of  | 29 seconds |

  @totp.step-boundary.neighbours
  Scenario Outline: The code <code> is accepted <moment> a time step
    Given the profile says that "drift_steps" is 1
    And a user who has enrolled an authenticator app
    And 30 seconds pass
    And it is <time> into a time step
    When she enters the code <code>
    Then she succeeds

    Examples:
      | case           | code            | moment                 | time       |
      | first, 1 ahead | 1 step ahead    | in the first second of | 0 seconds  |
      | last, 1 ago    | from 1 step ago | in the last second of  | 29 seconds |

  @totp.exact-format.leading-zero
  Scenario: A code that begins with 0 is accepted
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
      | case       | code                                     |
      | short      | the current code without its first digit |
      | prefix     | the current code without its last digit  |
      | long       | the current code and one digit more      |
      | letter     | the current code and a letter            |
      | full-width | the current code in full-width digits    |
      | number     | the current code as a number             |
      | list       | the current code in a list               |
      | nothing    | no code at all                           |
      | empty      | an empty code                            |

  @totp.bound-to-account.other-user
  Scenario: Another user's code is refused
    Given a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    When she enters the other user's code
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.exact-format.confirmation
  Scenario Outline: At the confirmation of a new app odd input is refused too: <code>
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she confirms the app with <code>
    Then she is refused
    And 1 unverified authenticator app is listed

    Examples:
      | case   | code                                    |
      | prefix | the current code without its last digit |
      | number | the current code as a number            |
      | list   | the current code in a list              |

  @totp.bound-to-account.named-app
  Scenario: Another user's code is refused even if the request names that user's app
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And another user who has enrolled an authenticator app
    And she has signed in again
    When she enters the other user's code, naming the other user's app
    Then she is refused
    And she must complete MFA first
    And a fresh code from her app still works

  @totp.no-backdoor.confirmation
  Scenario Outline: No code confirms everybody's app: <code>
    Given a user who has enrolled no MFA method
    And she starts to add an authenticator app
    When she confirms the app with the code "<code>"
    Then she is refused with "invalid code"
    And 1 unverified authenticator app is listed

    Examples:
      | case   | code   |
      | 000000 | 000000 |
      | 123456 | 123456 |

  @totp.no-backdoor.well-known
  Scenario Outline: No code works for everybody: <code>
    Given a user who has enrolled an authenticator app
    When she enters the code "<code>"
    Then she is refused with "invalid code"

    Examples:
      | case   | code   |
      | 000000 | 000000 |
      | 123456 | 123456 |
      | 999999 | 999999 |

  @totp.no-backdoor.wrong-codes
  Scenario: Wrong codes are refused, and the right one is accepted after them
    Given a user who has enrolled an authenticator app
    When she enters 3 wrong codes
    And she enters a fresh code
    Then she succeeds

  @totp.trusted-time.client-date
  Scenario: The time in a request is not believed
    Given a user who has enrolled an authenticator app
    When she enters a code from an hour ahead and claims that it is an hour later
    Then she is refused with "invalid code"
    And a fresh code from her app still works

  @totp.step-boundary.no-drift
  Scenario Outline: Where no drift is allowed the code on the screen is accepted <moment> its time step
    Given the setting "totp_drift_steps" is 0
    And a user who has enrolled an authenticator app
    And it is <time> into a time step
    When she enters the current code
    Then she succeeds

    Examples:
      | case  | moment                 | time       |
      | first | in the first second of | 0 seconds  |
      | last  | in the last second of  | 29 seconds |
