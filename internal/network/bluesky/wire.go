package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/text"
)

// ask is one XRPC call.
type ask struct {
	method string
	query  url.Values
	body   any          // JSON; nil is a query, or a procedure without input
	stream *rest.Stream // or bytes
	post   bool
	chat   bool // goes to the chat service, through our server
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// known gives the work on a video that the service has already, "" for any other
// error and for none.
func known(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.job
	}
	return ""
}

// chatService is whom our server passes calls about direct messages on to.
const chatService = "did:web:api.bsky.chat#bsky_chat"

// refusal is how Bluesky says no: {error, message}.
type refusal struct {
	status int
	name   string
	job    string // the work on a video that is there already
}

func (r *refusal) Error() string { return "status " + strconv.Itoa(r.status) + " " + r.name }

// refused gives the name of the network's refusal, "" when err is none.
func refused(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.name
	}
	return ""
}

// send makes one call with a token (or none) and reads its answer into out.
func (d *Driver) send(ctx context.Context, base, token string, a ask, out any) (time.Time, error) {
	got, err := rest.Server{Out: d.out, Base: base, Failed: failed, Strange: strange}.Send(ctx, token, a.rest(), out)
	return got.Heard, err
}

// rest is the call as it goes over the wire.
func (a ask) rest() rest.Ask {
	r := rest.Ask{Path: "/xrpc/" + a.method, Query: a.query, Body: a.body, Stream: a.stream, Harmless: a.harmless}
	if a.body != nil || a.stream != nil || a.post {
		r.Method = http.MethodPost
	}
	if a.chat {
		r.Header = map[string]string{"Atproto-Proxy": chatService}
	}
	return r
}

// strange is the error for an answer that is none.
func strange(a rest.Ask) error {
	return fault.Wrap(a.Doubt(), rest.ErrStrange, "Bluesky answered something we do not understand.")
}

//nolint:gochecknoglobals // compiled once
var (
	safeName   = text.OnlyOf("A-Za-z_", 1, 40)
	challenged = regexp.MustCompile(`\berror="(use_dpop_nonce|invalid_dpop_proof|invalid_token)"`)
)

// failed gives a refusal its kind. Nothing of the body but the name of the error
// goes into it.
func failed(a rest.Ask, response *outward.Response, now time.Time) error {
	var said struct {
		Error   string `json:"error"`
		Message string `json:"message"`
		Job     string `json:"jobId"`
	}
	if json.Unmarshal(response.Body, &said) != nil || !safeName.MatchString(said.Error) {
		said.Error, said.Message = "", ""
	}
	if bad := challenged.FindStringSubmatch(response.Header.Get("WWW-Authenticate")); bad != nil && response.Status == http.StatusUnauthorized {
		said.Error = bad[1] // some say it in the body, too
	}
	cause := &refusal{status: response.Status, name: said.Error}
	switch status := response.Status; {
	case unproven(said.Error):
		return fault.Wrap(fault.Unavailable, cause, "Bluesky did not take the proof that came with the key.").WithHint("Look at the clock of the machine that Kith runs on.")
	case status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "Bluesky asks us to slow down.").In(pause(response, now))
	case status >= 500 && said.Error != "MethodNotImplemented":
		e := fault.Wrap(a.Doubt(), cause, "Bluesky is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case status == http.StatusUnauthorized, status == http.StatusForbidden,
		said.Error == "ExpiredToken", said.Error == "InvalidToken":
		return denied(cause)
	case said.Error == "InvalidSwap":
		return fault.Wrap(fault.Conflict, cause, "It was changed on Bluesky meanwhile.")
	case said.Error == "RecordNotFound", said.Error == "NotFound", said.Error == "RepoNotFound", status == http.StatusNotFound:
		return fault.Wrap(fault.NotFound, cause, "Bluesky does not have it any more.")
	}
	if response.Status == http.StatusConflict && jobSign.MatchString(said.Job) {
		cause.job = said.Job
	}
	text, hint := explain(said.Error, said.Message)
	return fault.Wrap(fault.Invalid, cause, "%s", text).WithHint("%s", hint)
}

// unproven says whether a server looked at the proof alone and at nothing else: it
// wants another nonce, or finds the proof too old. Nothing happened, and one tries
// once more with a new proof.
func unproven(name string) bool { return name == "use_dpop_nonce" || name == outdated }

// outdated is what a server says of a proof that is too old, or of tomorrow.
const outdated = "invalid_dpop_proof"

// ofKey says whether a refusal is about the key, and not about the account itself.
func ofKey(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && !strings.HasPrefix(r.name, "Account")
}

func denied(cause *refusal) error {
	e := fault.Wrap(fault.Denied, cause, "Bluesky does not accept our key any more.").
		WithHint("Make a new app password in Bluesky and connect the account again.")
	switch cause.name {
	case "AuthFactorTokenRequired":
		e.Text, e.Hint = "Bluesky asks for a second factor.", "Use an app password instead of the password of the account."
	case "AccountTakedown", "AccountDeactivated", "AccountSuspended":
		e.Text, e.Hint = "Bluesky says that this account is suspended or deactivated.", "Look into the account on Bluesky itself."
	case "ScopeMissingError":
		e.Text, e.Hint = "Our key for Bluesky may not do this any more.", "Make a new app password and connect the account again."
	}
	return e
}

// explain says in our words what the network found wrong.
func explain(name, message string) (text, hint string) {
	for _, known := range []struct{ sign, text, hint string }{
		{"grapheme too big", "Bluesky finds the text too long.", "Shorten it to 300 characters."},
		{"string too big", "Bluesky finds the text too long.", "Shorten it, or use fewer emoji."},
		{"array too big", "Bluesky takes fewer images.", "Leave out what is more than four."},
		{"blob too big", "Bluesky finds the file too big.", "Make it smaller."},
		{"Bad token", "The app password may not read or write direct messages.", "Make one that allows direct messages and connect again."},
		{"recipient", "This person does not take direct messages from us.", "Answer in public instead."},
	} {
		if bytes.Contains([]byte(message), []byte(known.sign)) {
			return known.text, known.hint
		}
	}
	switch name {
	case "MessagesDisabled", "NotFollowedBySender", "BlockedActor", "BlockedSubject", "RecipientNotFound":
		return "This person does not take direct messages from us.", "Answer in public instead."
	}
	if name == "" {
		name = "no reason given"
	}
	return "Bluesky refuses this (" + name + ").", "Change it, or try on Bluesky itself."
}

// pause reads how long the network wants us to wait: Retry-After, or its own
// header measured against its own clock.
func pause(response *outward.Response, now time.Time) time.Duration {
	if after := response.RetryAfter(); after > 0 {
		return after
	}
	reset, err := strconv.ParseInt(response.Header.Get("RateLimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	return min(max(time.Unix(reset, 0).Sub(now), time.Second), 25*time.Hour)
}
