// A toy of a client SDK, for the driver beside it to drive: it is tested through that driver, on the reference server.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// SDK is one client: where it is, and its session.
type SDK struct {
	base      string
	User      any
	Token     any
	ExpiresAt any
}

// Refused is what a call that did not succeed comes back with.
type Refused struct {
	Kind    string `json:"kind"`
	Status  int    `json:"status,omitempty"`
	Message string `json:"message"`
}

func (refused *Refused) Error() string { return refused.Message }

var kinds = map[any]string{"mfa_invalid_code": "invalid_code", "mfa_rate_limited": "rate_limited",
	"mfa_device_limit": "device_limit", 401: "unauthorized", 403: "unauthorized"}

func NewSDK(baseURL, environmentID string) *SDK {
	return &SDK{base: fmt.Sprintf("%s/sdk/%s/", baseURL, environmentID)}
}

func (sdk *SDK) call(method, path string, body object) (object, error) {
	data, _ := json.Marshal(body)
	request, _ := http.NewRequest(method, sdk.base+path, bytes.NewReader(data))
	request.Header.Set("Content-Type", "application/json")
	if sdk.Token != nil {
		request.Header.Set("Authorization", fmt.Sprint("Bearer ", sdk.Token))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, &Refused{Kind: "network", Message: err.Error()}
	}
	defer response.Body.Close()
	answer := object{}
	json.NewDecoder(response.Body).Decode(&answer)
	if response.StatusCode < 300 {
		return answer, nil
	}
	refused := &Refused{"other", response.StatusCode, fmt.Sprint(answer["error"])}
	for _, sign := range []any{response.StatusCode, answer["code"]} {
		if kind, known := kinds[sign]; known {
			refused.Kind = kind
		}
	}
	return nil, refused
}

func (sdk *SDK) enter(path string, body object) error {
	answer, err := sdk.call("POST", path, body)
	if err == nil {
		sdk.User, sdk.Token, sdk.ExpiresAt = answer["user"], answer["minifiedJwt"], answer["expiresAt"]
	}
	return err
}

func (sdk *SDK) SendEmailOTP(email string) (object, error) {
	return sdk.call("POST", "emailVerifications/create", object{"email": email})
}

func (sdk *SDK) VerifyOTP(uuid, code string) error {
	return sdk.enter("emailVerifications/signin", object{"verificationUUID": uuid, "verificationToken": code})
}

func (sdk *SDK) RegisterTOTP() (object, error) {
	return sdk.call("GET", "users/mfa/register/totp", nil)
}

func (sdk *SDK) AuthenticateTOTP(code string) error {
	return sdk.enter("users/mfa/auth/totp", object{"code": code})
}

func (sdk *SDK) Devices() (any, error) {
	answer, err := sdk.call("GET", "users/mfa", nil)
	return answer["devices"], err
}

func (sdk *SDK) RefreshUser() (any, error) {
	user, err := sdk.call("GET", "users", nil)
	if err == nil {
		sdk.User = user
	}
	return user, err
}

// IsMissingMFA looks into the list that the scope is, not into its text.
func (sdk *SDK) IsMissingMFA() bool {
	for _, scope := range strings.Fields(fmt.Sprint(sdk.User.(object)["scope"])) {
		if scope == "requiresAdditionalAuth" {
			return true
		}
	}
	return false
}

func (sdk *SDK) Logout() error {
	_, err := sdk.call("POST", "revoke", nil)
	sdk.User, sdk.Token, sdk.ExpiresAt = nil, nil, nil
	return err
}
