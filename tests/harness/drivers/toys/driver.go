// A driver in Go, of the standard library alone. SDK is what it drives: yours, in place of the toy.
package main

import (
	"encoding/json"
	"os"
)

type object = map[string]any

// Each action that the SDK has, by its name in the protocol: these are the capabilities.
var actions = map[string]func(sdk *SDK, args object) (any, error){
	"send_email_otp": func(sdk *SDK, args object) (any, error) { return sdk.SendEmailOTP(args["email"].(string)) },
	"verify_otp": func(sdk *SDK, args object) (any, error) {
		return nil, sdk.VerifyOTP(args["verification"].(object)["verificationUUID"].(string), args["code"].(string))
	},
	"register_totp_mfa_device":     func(sdk *SDK, _ object) (any, error) { return sdk.RegisterTOTP() },
	"authenticate_totp_mfa_device": func(sdk *SDK, args object) (any, error) { return nil, sdk.AuthenticateTOTP(args["code"].(string)) },
	"get_mfa_devices":              func(sdk *SDK, _ object) (any, error) { return sdk.Devices() },
	"refresh_user":                 func(sdk *SDK, _ object) (any, error) { return sdk.RefreshUser() },
	"is_user_missing_mfa_auth":     func(sdk *SDK, _ object) (any, error) { return sdk.IsMissingMFA(), nil },
	"logout":                       func(sdk *SDK, _ object) (any, error) { return nil, sdk.Logout() },
	"state": func(sdk *SDK, _ object) (any, error) {
		return object{"user": sdk.User, "token": sdk.Token, "expires_at": sdk.ExpiresAt}, nil
	},
}

func main() {
	clients, in := map[any]*SDK{}, json.NewDecoder(os.Stdin)
	// One write for a line, whole: results may come from several threads.
	say := func(name string, message object) { json.NewEncoder(os.Stdout).Encode(object{name: message}) }
	for line := map[string]object{}; in.Decode(&line) == nil && line["bye"] == nil; line = nil {
		if line["hello"] != nil {
			names := []string{"initialize"}
			for name := range actions {
				names = append(names, name)
			}
			say("hello", object{"protocol": 1, "name": "toy in Go", "version": "1", "enrolment": "auth", "capabilities": names})
		} else if do := line["do"]; do["action"] == "initialize" {
			args := do["args"].(object)
			clients[do["client"]] = NewSDK(args["base_url"].(string), args["environment_id"].(string))
			say("result", object{"id": do["id"], "value": nil})
		} else {
			go func(sdk *SDK) {
				answer := object{"id": do["id"]}
				value, err := actions[do["action"].(string)](sdk, do["args"].(object))
				if refused, is := err.(*Refused); is { // its members are kind, status and message
					answer["error"] = refused
				} else if err != nil {
					answer["error"] = object{"kind": "other", "message": err.Error()}
				} else {
					answer["value"] = value
				}
				say("result", answer)
			}(clients[do["client"]])
		}
	}
}
