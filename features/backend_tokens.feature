@backend
Feature: The tokens that an app's backend must refuse
  For teams that write not the MFA server but the backend behind it: which session tokens does it let in?
  Run by `mfa-harness check --backend URL --request 'GET /me'`, and by nothing else.

  @backend.full-session.let-in
  Scenario: A full session is let in
    When a full session's token is presented to the backend
    Then the backend lets it in

  @backend.mfa-owed.refused
  Scenario Outline: A session that owes MFA is refused (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case         | token                                            |
      | alone        | a token that still owes MFA                      |
      | other scopes | a token that still owes MFA and has other scopes |

  @backend.scope-needed.refused
  Scenario Outline: A token without user:basic is refused (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case         | token                      |
      | empty        | a token whose scope is empty |
      | missing      | a token without a scope    |
      | other scopes | a token of other scopes    |

  @backend.scope-split.refused
  Scenario Outline: A scope that only contains the words is no user:basic (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case       | token                                        |
      | longer     | a token whose scope is "user:basically"      |
      | ending     | a token whose scope is "superuser:basic"     |
      | inside     | a token whose scope is "not-user:basic-yet"  |
      | comma      | a token whose scope is "user:basic,wallet:sign" |
      | upper case | a token whose scope is "USER:BASIC"          |

  @backend.signature.refused
  Scenario Outline: A token that the issuer did not sign so is refused (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case         | token                                                                   |
      | edited user  | a full session's token edited to be somebody else's                     |
      | edited scope | a token that owed MFA, edited to be a full session's                    |
      | no signature | a full session's token without its signature                            |
      | other key    | a full session's token signed by a stranger under the issuer's key id   |

  @backend.algorithm.refused
  Scenario Outline: A token may not choose how it is verified (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case  | token                                                                   |
      | none  | a full session's token with alg "none" and no signature                 |
      | nOnE  | a full session's token with alg "nOnE" and no signature                 |
      | HS256 | a full session's token under HS256 with the published key as the secret |

  @backend.own-keys.refused
  Scenario Outline: Only the configured issuer's keys count (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case              | token                                                                      |
      | unknown kid       | a full session's token signed by a key that is not published               |
      | jwk               | a full session's token that brings its own key (jwk)                       |
      | jku               | a full session's token that says where its keys are (jku)                  |
      | other environment | a full session's token of another environment                              |
      | impersonation     | a full session's token in our issuer's name, signed by another environment |

  @backend.issuer.refused
  Scenario Outline: A token of another issuer is refused (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case    | token                                               |
      | other   | a token of another issuer                           |
      | longer  | a token of an issuer whose name only begins like ours |
      | missing | a token without an issuer                           |

  @backend.audience.refused
  Scenario Outline: A token for another audience is refused (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case    | token                                              |
      | other   | a token for another audience                       |
      | longer  | a token for an audience that only begins like ours |
      | missing | a token for no audience                            |

  @backend.expiry.refused
  Scenario Outline: A token is good only in its time (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case         | token                                                        |
      | an hour ago  | a token that expired an hour ago                             |
      | just expired | a token that expired just longer ago than clocks may differ  |
      | not yet      | a token that is not valid yet                                |

  @backend.token-type.refused
  Scenario Outline: A token of another kind is no session (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case     | token             |
      | elevated | an elevated token |
      | MFA      | an MFA token      |

  @backend.no-token.refused
  Scenario Outline: Without a token nobody is let in (<case>)
    When <token> is presented to the backend
    Then the backend refuses it

    Examples:
      | case          | token                  |
      | none          | no token               |
      | empty         | an empty token         |
      | garbage       | garbage                |
      | three parts   | garbage in three parts |
      | 100 KB        | a token of 100 KB      |

  @backend.revoked.signed-out
  Scenario: A session that was signed out is refused
    When a full session's token after signing out is presented to the backend
    Then the backend refuses it

  @backend.key-rotation.new-key
  Scenario: After the keys are rotated, tokens of the new key are let in
    When a full session's token signed by a new key is presented to the backend
    Then the backend lets it in

  @backend.key-rotation.withdrawn-key
  Scenario: When a key is withdrawn, its tokens are refused
    When a full session's token signed by a key that was withdrawn is presented to the backend
    Then the backend refuses it
