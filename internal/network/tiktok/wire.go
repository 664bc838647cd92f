package tiktok

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// keys is what is kept, sealed, of an account.
type keys struct {
	pair
	Scopes   string    `json:"scopes,omitempty"`
	Business *business `json:"business,omitempty"`
}

// pair is an access token, and how it is renewed.
type pair struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Life    int64     `json:"life,omitempty"` // how long it lasted when it was given, in seconds
	Renew   time.Time `json:"renew,omitzero"` // the refresh token ends
}

// business is the account as TikTok API for Business knows it.
type business struct {
	pair
	ID     string `json:"id"`
	Scopes string `json:"scopes,omitempty"` // "": nobody said: taken as given
}

// may says whether a right was given.
func (b business) may(scope string) bool {
	return b.Scopes == "" || slices.Contains(strings.Split(b.Scopes, ","), scope)
}

// reads says whether comments can be read, and manages whether they can be written,
// liked, hidden and deleted.
func (k keys) reads() bool   { return k.Business != nil && k.Business.may(mayRead) }
func (k keys) manages() bool { return k.Business != nil && k.Business.may(mayManage) }

// old says that a key should be renewed: in the second half of its life, and at
// least six hours before its end where it lives that long. TikTok's documentation
// has said 24 hours and, since November 2026, two.
func (p pair) old(now time.Time) bool {
	ahead := min(time.Duration(p.Life)*time.Second/2, 6*time.Hour)
	return !p.Until.IsZero() && now.After(p.Until.Add(-ahead))
}

// ends is when a person must connect again; zero: TikTok does not say. A key that is
// renewed ends with the one that renews it.
func (p pair) ends(renews bool) time.Time {
	if renews && p.Refresh != "" && (p.Renew.IsZero() || p.Renew.After(p.Until)) {
		return p.Renew
	}
	return p.Until
}

// ends is when the first of the keys needs a person.
func (k keys) ends(app network.App, stuck string) time.Time {
	end := k.pair.ends(app.Known() && stuck != stuckKey)
	if k.Business != nil {
		if b := k.Business.ends(app.Extra[businessApp] != "" && stuck != stuckBusiness); end.IsZero() || !b.IsZero() && b.Before(end) {
			end = b
		}
	}
	return end
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and times alone
	}
	return secret.Text(data)
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Access == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

// token says whether a text can be a token at all.
func token(s string) bool {
	return s != "" && len(s) <= 4096 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// ask is one call below /v2/.
type ask struct {
	method string // POST when empty
	path   string // with what is asked for in its query
	body   any    // JSON, or a *rest.Stream
	// harmless: happening twice is as good as once, so a lost answer is no doubt.
	harmless bool
}

// kind is what a failure is after which it is not known what happened.
func (a ask) kind() fault.Kind {
	if a.harmless || a.method == http.MethodGet {
		return fault.Unavailable
	}
	return fault.Uncertain
}

// misunderstood is for an answer that says yes in a way we do not understand.
func (a ask) misunderstood() error {
	return fault.New(a.kind(), "TikTok answered something we do not understand.")
}

// call asks with the keys of a connection.
func (d *Driver) call(ctx context.Context, conn network.Conn, a ask, out any) (time.Time, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return time.Time{}, err
	}
	return d.send(ctx, k.Access, a, out)
}

// send asks, and reads data out of the answer when its code is ok. The moment is
// the network's, where it says one.
func (d *Driver) send(ctx context.Context, token string, a ask, out any) (time.Time, error) {
	answer, err := d.post(ctx, d.api+"/v2"+a.path, a, func(h http.Header) { h.Set("Authorization", "Bearer "+token) })
	if err != nil {
		return time.Time{}, err
	}
	at := moment(answer)
	var said struct {
		Data  json.RawMessage `json:"data"`
		Error *struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	understood := json.Unmarshal(answer.Body, &said) == nil && said.Error != nil && said.Error.Code != ""
	switch {
	case answer.Status >= 500 || answer.Status == http.StatusRequestTimeout:
		return at, fault.New(a.kind(), "TikTok does not work at the moment.").In(answer.RetryAfter())
	case understood && said.Error.Code != "ok":
		return at, refusal(said.Error.Code, said.Error.Message, a, answer)
	case answer.Status == http.StatusTooManyRequests:
		return at, refusal("rate_limit_exceeded", "", a, answer)
	case answer.Status >= 400:
		return at, fault.New(fault.Invalid, "TikTok refuses this with the status %d and does not say why.", answer.Status).WithHint("Try again later; if it stays, connect the account again.")
	case !understood || answer.Status >= 300:
		return at, a.misunderstood()
	case out != nil && json.Unmarshal(said.Data, out) != nil:
		return at, a.misunderstood()
	}
	return at, nil
}

// post sends JSON, or nothing where there is no body.
func (d *Driver) post(ctx context.Context, address string, a ask, key func(http.Header)) (*outward.Response, error) {
	method, body := a.method, []byte(nil)
	if method == "" {
		method = http.MethodPost
	}
	kind := "application/json; charset=UTF-8"
	switch given := a.body.(type) {
	case nil:
	case *rest.Stream:
		data, err := io.ReadAll(given.Body) // a picture of a few megabytes
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "reading a file of ours")
		}
		body, kind = data, given.Type
	default:
		data, err := json.Marshal(a.body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "writing a call to TikTok")
		}
		body = data
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "making a call to TikTok")
	}
	if method != http.MethodGet {
		request.Header.Set("Content-Type", kind)
	}
	key(request.Header)
	if a.harmless {
		ctx = outward.Repeatable(ctx)
	}
	return d.out.Do(ctx, request)
}

// moment is when an answer was given.
func moment(answer *outward.Response) time.Time {
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		return date
	}
	return answer.At
}

// refusal says what an error code means. TikTok gives the same codes with status
// 200 where it asks for a creator, and with 4xx elsewhere: the code alone counts.
func refusal(code, message string, a ask, answer *outward.Response) error {
	after := answer.RetryAfter()
	slow := func(usual time.Duration, text, hint string) error {
		if after == 0 {
			after = usual
		}
		return fault.New(fault.Throttled, "%s", text).WithHint("%s", hint).In(after)
	}
	switch code {
	case "rate_limit_exceeded":
		return slow(time.Minute, "TikTok asks us to slow down.", "Kith tries again by itself.")
	case "spam_risk_too_many_posts":
		return slow(time.Hour, "TikTok takes no more posts of programs for this account today.", "There are about 15 a day, all programs together. Kith tries again by itself; in TikTok's own application you can post now.")
	case "spam_risk_too_many_pending_share":
		return slow(time.Hour, "Five drafts are waiting in TikTok's inbox, and it takes no more.", "Finish or delete some of them in TikTok's own application.")
	case "reached_active_user_cap":
		return slow(time.Hour, "The app has published for as many accounts today as TikTok lets it.", "Before its audit an app may publish for five accounts a day. Have it audited, or wait.")
	case "access_token_invalid":
		return fault.New(fault.Denied, "TikTok does not accept the key any more.").WithHint("Connect the account again.")
	case "scope_not_authorized", "scope_permission_missed", "token_not_authorized_for_specified_publish_id":
		return fault.New(fault.Denied, "TikTok does not allow this with our rights.").WithHint("Connect the account again and allow everything that Kith asks for.")
	case "spam_risk_user_banned_from_posting":
		return fault.New(fault.Denied, "TikTok does not let this account post at the moment.").WithHint("TikTok's own application says why.")
	case "unaudited_client_can_only_post_to_private_accounts":
		return fault.New(fault.Denied, "TikTok has not audited the app: it publishes for private accounts, and for them alone to see.").
			WithHint("Set the account to private and choose “Only you”, or have the app audited at developers.tiktok.com.")
	case "url_ownership_unverified":
		return fault.New(fault.Denied, "TikTok does not know that the address of our files is ours.").
			WithHint("At developers.tiktok.com, on the page of your app under URL properties, verify the address under which Kith is reached.")
	case "privacy_level_option_mismatch":
		return fault.New(fault.Invalid, "This account cannot choose that audience.").WithHint("Choose again who may see it.").On("options")
	case "app_version_check_failed":
		return fault.New(fault.Invalid, "The account's own TikTok application is too old for this.").WithHint("Update it on your phone, then try again.")
	case "invalid_publish_id":
		return fault.New(fault.NotFound, "TikTok does not know this (any more).")
	case "internal_error":
		return fault.New(a.kind(), "TikTok does not work at the moment.").In(after)
	}
	return fault.New(fault.Invalid, "TikTok refuses this: %s", clip(code+" "+message, 200)).WithHint("Change it and try again.")
}

// clip keeps at most so many bytes of a text, whole signs of them that can be stored.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// ident is an id that comes as a text or as a number too long for a float.
type ident string

// UnmarshalJSON takes both.
func (i *ident) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*i = ident(s)
		return nil
	}
	*i = ""
	if n := string(data); number.MatchString(n) {
		*i = ident(n)
	}
	return nil
}
