// A backend on the standard library. `/right/me` needs a full session; each fault has a backend below its own name.
//
//	JWKS_URL=... ISSUER=... AUDIENCE=... go run . PORT
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	seconds, err := strconv.ParseFloat(os.Getenv("KEYS_SECONDS"), 64)
	if err != nil {
		seconds = 300
	}
	tokens := &sessionTokens{
		jwksURL:  os.Getenv("JWKS_URL"),
		issuer:   os.Getenv("ISSUER"),
		audience: os.Getenv("AUDIENCE"),
		keysFor:  time.Duration(seconds * float64(time.Second)),
	}
	for name, each := range backends(tokens) {
		each := each // of this round: before Go 1.22 there is one for all
		http.HandleFunc("/"+name+"/me", func(writer http.ResponseWriter, request *http.Request) {
			found, err := each.caller(request.Header.Get("Authorization"))
			if err != nil {
				http.Error(writer, "not signed in", http.StatusUnauthorized)
				return
			}
			_ = json.NewEncoder(writer).Encode(map[string]string{"user": found.Subject})
		})
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
