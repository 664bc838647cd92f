package x

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
)

// call makes a call in the name of the account and reads the answer into out.
func (d *Driver) call(ctx context.Context, conn network.Conn, a rest.Ask, out any) (rest.Answered, error) {
	return d.callOf(ctx, conn, "", a, out)
}

// callOf is a call whose answer has posts of an author, without naming them.
func (d *Driver) callOf(ctx context.Context, conn network.Conn, author string, a rest.Ask, out any) (rest.Answered, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return rest.Answered{}, err
	}
	if k.stale(d.now()) && conn.App.Known() {
		// It is being renewed: what is refused now would be lost for nothing.
		return rest.Answered{}, fault.New(fault.Unavailable, "Our access to X has run out and is being renewed.").In(time.Minute)
	}
	if out == nil || a.Method != "" && a.Method != http.MethodGet {
		return d.send(ctx, k.Token, a, out)
	}
	var answer json.RawMessage
	got, err := d.send(ctx, k.Token, a, &answer)
	if err != nil {
		return got, err
	}
	at := got.At
	if at.IsZero() {
		at = d.now()
	}
	if err := pay(ctx, conn, a.Path, author, answer, at); err != nil {
		return got, err
	}
	if json.Unmarshal(answer, out) != nil {
		return got, unclear(a)
	}
	return got, nil
}

func (d *Driver) send(ctx context.Context, token string, a rest.Ask, out any) (rest.Answered, error) {
	return rest.Server{Out: d.out, Base: d.api, Failed: failed, Strange: unclear}.Send(ctx, token, a, out)
}

// unclear is an answer that is none.
func unclear(a rest.Ask) error {
	return fault.Wrap(a.Doubt(), rest.ErrStrange, "X answered something we do not understand.")
}

// refusal is how X says no. Its words decide what is done and are shown to nobody.
type refusal struct {
	status int
	sort   sort
}

func (r *refusal) Error() string { return "status " + strconv.Itoa(r.status) }

// sort is what a refusal is about, where that decides what is done next.
type sort int

const (
	other     sort = iota
	said           // the account said the same already
	expired        // files that were handed over are not there any more
	finalized      // a file is finalized already
)

// is says whether an error is a refusal of a sort.
func is(err error, s sort) bool {
	r, ok := asRefusal(err)
	return ok && r.sort == s
}

func asRefusal(err error) (*refusal, bool) { return errors.AsType[*refusal](err) }

// failed gives a refusal its kind.
func failed(a rest.Ask, response *outward.Response, now time.Time) error {
	words := spoken(response.Body)
	cause := &refusal{status: response.Status}
	switch status := response.Status; {
	case status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "X asks us to slow down.").In(pause(response, now))
	case status >= 500:
		e := fault.Wrap(a.Doubt(), cause, "X is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case status == http.StatusUnauthorized:
		return fault.Wrap(fault.Denied, cause, "X does not accept our key any more.").WithHint("Connect the account again.")
	case status == http.StatusPaymentRequired:
		return fault.Wrap(fault.Denied, cause, "The credit of the app at X is used up.").WithHint("Buy credit in X's developer console, or raise its spending limit.")
	case status == http.StatusForbidden:
		return forbidden(cause, words)
	case status == http.StatusNotFound:
		return fault.Wrap(fault.NotFound, cause, "X does not have it any more.")
	}
	return refused(cause, words)
}

// spoken are the words of a refusal, in lower case.
func spoken(body []byte) string {
	var p struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Type   string `json:"type"`
		Errors []struct {
			Message string `json:"message"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(body, &p) // a page for people says nothing to us
	all := []string{p.Title, p.Detail, p.Type}
	for _, e := range p.Errors[:min(len(p.Errors), 8)] {
		all = append(all, e.Message, e.Detail)
	}
	return strings.ToLower(strings.Join(all, "\n"))
}

func has(words string, any ...string) bool {
	for _, w := range any {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

// forbidden reads a 403, which X gives for the key, the account and the content alike.
func forbidden(cause *refusal, words string) error {
	switch {
	case has(words, "duplicate content"):
		cause.sort = said
		return fault.Wrap(fault.Uncertain, cause, "X says that this account has said this already.")
	case has(words, "attempted to quote", "quote a tweet that is", "quote a post that is"):
		return fault.Wrap(fault.Invalid, cause, "The post that is shared does not exist on X, or this account may not see it.").WithHint("Look at its address, or share another one.").On("options")
	case has(words, "deleted or not visible"):
		return fault.Wrap(fault.Invalid, cause, "What this answers does not exist any more.").WithHint("Write it as a post of its own.")
	case has(words, "mentioned or otherwise engaged", "reply to this conversation is not allowed", "summoned"):
		return fault.Wrap(fault.Invalid, cause, "X lets programs answer only people who named or quoted this account.").WithHint("Answer on X itself.")
	case has(words, "too long", "shorter"):
		return fault.Wrap(fault.Invalid, cause, "X finds the text too long.").WithHint("Shorten it.").On("text")
	case has(words, "cashtag"):
		return fault.Wrap(fault.Invalid, cause, "X takes one cashtag in a post of a program.").WithHint("Leave the others out.").On("text")
	case has(words, "video longer", "video that is longer"):
		return fault.Wrap(fault.Invalid, cause, "X finds the video too long for this account.").WithHint("Cut it.").On("media")
	case has(words, "cannot be edited", "not allowed to edit"):
		return fault.Wrap(fault.Invalid, cause, "X does not let this post be changed any more.").WithHint("Posts can be changed for 30 minutes and five times, and not when they have a poll or answer somebody.")
	case has(words, "cannot send messages"):
		return fault.Wrap(fault.Invalid, cause, "This person takes no private messages from this account.").WithHint("Answer in public.")
	case has(words, "hide this reply", "not allowed to hide"):
		return fault.Wrap(fault.Invalid, cause, "X hides answers only below posts of this account.").WithHint("Mute the person instead.")
	case has(words, "not authorized to delete"):
		return fault.Wrap(fault.Invalid, cause, "Only what this account wrote can be deleted here.").WithHint("Hide the answer, or mute the person.")
	case has(words, "automated"):
		return fault.Wrap(fault.Denied, cause, "X takes this account for a program that sends spam.").WithHint("Sign in on X and do what it asks; then wait a while.")
	case has(words, "suspended", "locked"):
		return fault.Wrap(fault.Denied, cause, "X has locked or suspended this account.").WithHint("Sign in on X and do what it asks.")
	}
	return fault.Wrap(fault.Denied, cause, "Our key may not do this on X.").WithHint("Connect the account again with every scope, and look at the access of the app in X's developer console.")
}

// refused reads a 400 and what is like it.
func refused(cause *refusal, words string) error {
	switch {
	case has(words, "media ids are invalid", "expired media", "media ids are not ready"):
		cause.sort = expired
		return fault.Wrap(fault.Invalid, cause, "X does not have the files any more.").WithHint("Try again.").On("media")
	case has(words, "finalized already"):
		cause.sort = finalized
		return fault.Wrap(fault.Invalid, cause, "X has the file already.").On("media")
	case has(words, "file size", "media type", "image type"):
		return fault.Wrap(fault.Invalid, cause, "X does not take this file.").WithHint("Save it in another format, or smaller.").On("media")
	case has(words, "text is too long"):
		return fault.Wrap(fault.Invalid, cause, "X finds the text too long.").WithHint("Shorten it.").On("text")
	}
	return fault.Wrap(fault.Invalid, cause, "X refuses this.").WithHint("Change it, or try on X itself.")
}

// pause reads how long X wants us to wait: until the window that is used up ends.
func pause(response *outward.Response, now time.Time) time.Duration {
	wait := response.RetryAfter()
	for _, prefix := range []string{"x-rate-limit-", "x-user-limit-24hour-", "x-app-limit-24hour-"} {
		if response.Header.Get(prefix+"remaining") != "0" {
			continue
		}
		if n, err := strconv.ParseInt(response.Header.Get(prefix+"reset"), 10, 64); err == nil && n > 0 {
			wait = max(wait, min(max(time.Unix(n, 0).Sub(now), time.Second), 25*time.Hour))
		}
	}
	return wait
}
