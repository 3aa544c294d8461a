package main

// Who is calling: the session token of a request, verified. The standard library is all it needs.

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	longest  = 16_384
	leeway   = 30 * time.Second
	cooldown = time.Second // so long an unknown key is not asked for again
)

// errNotSignedIn is answered by 401, and nothing more: the reason is for your log.
var errNotSignedIn = errors.New("not signed in")

// sessionTokens verifies the session tokens of one environment.
type sessionTokens struct {
	jwksURL  string        // where its keys are: .../sdk/ENVIRONMENT/.well-known/jwks
	issuer   string        // the `iss` of its tokens, exactly
	audience string        // the `aud` of its tokens, exactly
	keysFor  time.Duration // how long keys are held: so long a withdrawn one is still believed

	mutex sync.Mutex
	keys  map[string]*rsa.PublicKey
	read  time.Time
}

type claims struct {
	Issuer    string   `json:"iss"`
	Audience  audience `json:"aud"`
	Subject   string   `json:"sub"`
	Scope     string   `json:"scope"`
	Expires   float64  `json:"exp"`
	NotBefore float64  `json:"nbf"`
}

// audience is one string or a list of them (RFC 7519, 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// caller returns the claims of a full session.
func (s *sessionTokens) caller(authorization string) (*claims, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" || len(token) > longest {
		return nil, errNotSignedIn
	}
	found, err := s.verified(token)
	if err != nil {
		return nil, err
	}
	if !contains(strings.Fields(found.Scope), "user:basic") { // MFA may be due
		return nil, errNotSignedIn
	}
	return found, nil
}

// verified returns the claims, once signature, issuer, audience and time have been checked.
func (s *sessionTokens) verified(token string) (*claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errNotSignedIn
	}
	var header struct{ Alg, Kid string }
	if decode(parts[0], &header) != nil || header.Alg != "RS256" { // one algorithm, and no other
		return nil, errNotSignedIn
	}
	key := s.key(header.Kid)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if key == nil || err != nil {
		return nil, errNotSignedIn
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return nil, errNotSignedIn
	}
	var found claims
	if decode(parts[1], &found) != nil || !s.areGood(&found, time.Now()) {
		return nil, errNotSignedIn
	}
	return &found, nil
}

func (s *sessionTokens) areGood(c *claims, now time.Time) bool {
	return c.Issuer == s.issuer &&
		contains(c.Audience, s.audience) &&
		c.Subject != "" &&
		now.Add(-leeway).Before(time.Unix(int64(c.Expires), 0)) &&
		!now.Add(leeway).Before(time.Unix(int64(c.NotBefore), 0))
}

// key returns a published key; they are read again when they are old, or when this one is not among them.
func (s *sessionTokens) key(kid string) *rsa.PublicKey {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	age := time.Since(s.read)
	if age > s.keysFor || (s.keys[kid] == nil && age > cooldown) {
		if keys, err := readKeys(s.jwksURL); err == nil {
			s.keys = keys
		}
		s.read = time.Now()
	}
	return s.keys[kid]
}

func readKeys(url string) (map[string]*rsa.PublicKey, error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var set struct {
		Keys []struct{ Kty, Kid, N, E string }
	}
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, each := range set.Keys {
		n, errN := base64.RawURLEncoding.DecodeString(each.N)
		e, errE := base64.RawURLEncoding.DecodeString(each.E)
		if each.Kty == "RSA" && errN == nil && errE == nil {
			exponent := int(new(big.Int).SetBytes(e).Int64())
			keys[each.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: exponent}
		}
	}
	return keys, nil
}

func contains(words []string, word string) bool {
	for _, each := range words {
		if each == word {
			return true
		}
	}
	return false
}

func decode(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
