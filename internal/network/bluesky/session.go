package bluesky

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// keys is what is kept, sealed, of an account.
type keys struct {
	Server     string `json:"server"`     // signs us in
	Identifier string `json:"identifier"` // handle or DID
	Password   string `json:"password"`   // an app password
	Access     string `json:"access"`
	Refresh    string `json:"refresh"`
	OAuth      *grant `json:"oauth,omitempty"` // instead of a password
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Password == "" && k.OAuth == nil || k.Identifier == "" {
		return k, incomplete()
	}
	return k, nil
}

func incomplete() error {
	return fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	return secret.Text(data)
}

// claims are what we read in a token; who signed it is the server's business.
type claims struct {
	Scope   string `json:"scope"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
}

func readClaims(token string) claims {
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) == 3 {
		if data, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(data, &c) // what cannot be read is empty: the server will say
		}
	}
	return c
}

func (c claims) expired(at time.Time) bool { return c.Expires > 0 && at.Unix() >= c.Expires }

// session is the newest tokens of an account. turn holds one token: who has it
// may change them, so that a refresh token is never used twice at once.
type session struct {
	turn chan struct{}
	keys keys
}

// tokens is what the network gives at sign-in and at renewal.
type tokens struct {
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	Doc     struct {
		Service []struct {
			ID       string `json:"id"`
			Type     string `json:"type"`
			Endpoint string `json:"serviceEndpoint"`
		} `json:"service"`
	} `json:"didDoc"`
}

// enter waits for its turn at the account's session and adopts newer keys.
func (d *Driver) enter(ctx context.Context, conn network.Conn) (*session, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	s := d.sessions[conn.Base+" "+conn.Account]
	if s == nil {
		s = &session{turn: make(chan struct{}, 1), keys: k}
		d.sessions[conn.Base+" "+conn.Account] = s
	}
	d.mu.Unlock()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "Waiting for the key was given up.")
	}
	// Connected again, or renewed by another process since.
	if k.Password != s.keys.Password || k.Server != s.keys.Server || readClaims(k.Access).Issued > readClaims(s.keys.Access).Issued {
		s.keys = k
	}
	return s, nil
}

func (s *session) leave() { <-s.turn }

// token gives an access token that holds for a while. stale is one the network
// has just refused, "" at first.
func (d *Driver) token(ctx context.Context, conn network.Conn, stale string, ahead time.Duration) (string, error) {
	s, err := d.enter(ctx, conn)
	if err != nil {
		return "", err
	}
	defer s.leave()
	if s.keys.Access != "" && s.keys.Access != stale && !readClaims(s.keys.Access).expired(d.now().Add(ahead)) {
		return s.keys.Access, nil
	}
	return d.renew(ctx, conn.Base, s)
}

// renew asks for new tokens, and signs in again where the old ones are no good.
func (d *Driver) renew(ctx context.Context, base string, s *session) (string, error) {
	var t tokens
	err := error(nil)
	if s.keys.Refresh != "" && !readClaims(s.keys.Refresh).expired(d.now()) {
		_, err = d.send(ctx, base, s.keys.Refresh, ask{method: "com.atproto.server.refreshSession", post: true, harmless: true}, &t)
		if err != nil && !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Invalid) {
			return "", err
		}
	}
	if err != nil || t.Access == "" {
		if t, err = d.signIn(ctx, s.keys.Server, s.keys.Identifier, s.keys.Password); err != nil {
			return "", err
		}
	}
	s.keys.Access, s.keys.Refresh = t.Access, t.Refresh
	return t.Access, nil
}

func (d *Driver) signIn(ctx context.Context, server, identifier, password string) (tokens, error) {
	var t tokens
	body := map[string]string{"identifier": identifier, "password": password}
	_, err := d.send(ctx, server, "", ask{method: "com.atproto.server.createSession", body: body, harmless: true}, &t)
	if err == nil && (t.Access == "" || t.DID == "") {
		err = fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	return t, err
}

// call makes a call in the name of the account. A token that the network finds
// expired is renewed, and the call, of which nothing happened, made again.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (time.Time, error) {
	if k, err := readKeys(conn.Keys); err == nil && k.OAuth != nil {
		return d.callGranted(ctx, conn, a, out)
	}
	token, err := d.token(ctx, conn, "", time.Minute)
	if err != nil {
		return time.Time{}, err
	}
	at, err := d.send(ctx, conn.Base, token, a, out)
	if name := refused(err); name == "ExpiredToken" || name == "InvalidToken" {
		if token, err = d.token(ctx, conn, token, time.Minute); err != nil {
			return at, err
		}
		return d.send(ctx, conn.Base, token, a, out)
	}
	return at, err
}
