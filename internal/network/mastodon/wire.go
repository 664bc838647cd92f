package mastodon

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
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

// keys is what is kept, sealed, of an account.
type keys struct {
	Token string `json:"token"`
	// Our app on that server, where a person let us in by its page: it may end the token.
	ID     string `json:"id,omitempty"`
	Secret string `json:"secret,omitempty"`
	Scopes string `json:"scopes,omitempty"` // that were given; "": not known
}

// granted is what an account lets us do with these keys.
func (k keys) granted() network.Granted { return network.Granted{Rights: strings.Fields(k.Scopes)} }

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Token == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

// refusal is how a server says no. Its words decide what is done and are shown to
// nobody.
type refusal struct {
	status int
	sort   sort
}

// sort is what a refusal is about, where that decides what is done next.
type sort int

const (
	other   sort = iota
	unready      // a file is being worked on
	twice        // it is so already
)

// is says whether an error is a refusal of a sort.
func is(err error, s sort) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.sort == s
}

func (r *refusal) Error() string { return "status " + strconv.Itoa(r.status) }

// call makes a call in the name of the account and reads the answer into out.
func (d *Driver) call(ctx context.Context, conn network.Conn, a rest.Ask, out any) (rest.Answered, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return rest.Answered{}, err
	}
	return d.send(ctx, conn.Base, k.Token, a, out)
}

func (d *Driver) send(ctx context.Context, base, token string, a rest.Ask, out any) (rest.Answered, error) {
	return rest.Server{Out: d.out, Base: base, Failed: failed, Strange: unclear}.Send(ctx, token, a, out)
}

// unclear is an answer that is none.
func unclear(a rest.Ask) error {
	return fault.Wrap(a.Doubt(), rest.ErrStrange, "The server answered something we do not understand.")
}

// failed gives a refusal its kind; nothing of its words goes into the error.
func failed(a rest.Ask, response *outward.Response, now time.Time) error {
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(response.Body, &said) // a page for people says nothing to us
	cause := &refusal{status: response.Status}
	switch status := response.Status; {
	case status == http.StatusTooManyRequests:
		return fault.Wrap(fault.Throttled, cause, "The server asks us to slow down.").In(pause(response, now))
	case strings.Contains(said.Error, "not finished processing"):
		cause.sort = unready
		return fault.Wrap(fault.Unavailable, cause, "The server is still working on the file.").In(10 * time.Second)
	case strings.Contains(said.Error, "already attached"):
		// Files that have a post: an earlier try, of which we heard nothing.
		return fault.Wrap(fault.Uncertain, cause, "The server says that these files belong to a post already.")
	case strings.Contains(said.Error, "processing thumbnail"):
		return fault.Wrap(fault.Invalid, cause, "The server cannot read this file.").WithHint("Save a video as MP4 with H.264 and AAC, an image as JPEG or PNG.").On("media")
	case status >= 500:
		e := fault.Wrap(a.Doubt(), cause, "The server is out of order.")
		if e.Kind == fault.Unavailable {
			e = e.In(response.RetryAfter())
		}
		return e
	case status == http.StatusUnauthorized:
		return fault.Wrap(fault.Denied, cause, "The server does not accept our key any more.").WithHint("Make a new access token on the server and connect the account again.")
	case status == http.StatusForbidden && strings.Contains(said.Error, "scope"):
		return fault.Wrap(fault.Denied, cause, "Our key may not do this.").WithHint("Make an access token with the scopes read, write and follow and connect the account again.")
	case status == http.StatusForbidden:
		return fault.Wrap(fault.Denied, cause, "The server does not allow this.").WithHint("Look into the account on the server itself: it may be limited, or the person may have blocked it.")
	case status == http.StatusNotFound, status == http.StatusGone:
		return fault.Wrap(fault.NotFound, cause, "The server does not have it any more.")
	case status == http.StatusRequestEntityTooLarge, strings.Contains(said.Error, "file size"):
		return fault.Wrap(fault.Invalid, cause, "The server finds the file too big.").WithHint("Make it smaller.").On("media")
	case strings.Contains(said.Error, "Duplicate record"):
		cause.sort = twice
		return fault.Wrap(fault.Invalid, cause, "The server has it already.")
	case strings.Contains(said.Error, "maximum number of posts"):
		return fault.Wrap(fault.Invalid, cause, "The server keeps no more posts at the top of a profile.").WithHint("Unpin another one first.")
	case strings.Contains(said.Error, "limit of"), strings.Contains(said.Error, "too long"):
		return fault.Wrap(fault.Invalid, cause, "The server finds the text too long.").WithHint("Shorten it, and check the account so that Kith learns the server's limits.").On("text")
	}
	return fault.Wrap(fault.Invalid, cause, "The server refuses this.").WithHint("Change it, or try on the server itself.")
}

// pause reads how long the server wants us to wait.
func pause(response *outward.Response, now time.Time) time.Duration {
	if after := response.RetryAfter(); after > 0 {
		return after
	}
	reset := moment(response.Header.Get("X-RateLimit-Reset"))
	if reset.IsZero() {
		return 0
	}
	return min(max(reset.Sub(now), time.Second), 25*time.Hour)
}

var idSign = text.OnlyOf("A-Za-z0-9_-", 1, 64) //nolint:gochecknoglobals // a table

// at makes the path of a thing, whose id may come from anywhere.
func at(kind, id, verb string) (string, error) {
	if !idSign.MatchString(id) {
		return "", fault.New(fault.NotFound, "The server does not have it.")
	}
	path := "/api/v1/" + kind + "/" + id
	if verb != "" {
		path += "/" + verb
	}
	return path, nil
}
