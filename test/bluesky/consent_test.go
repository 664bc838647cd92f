package bluesky_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	driver "github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/test/bluesky"
)

// allowed is Kith's driver with an account whose owner let us in at their own server.
type allowed struct {
	*house
	who      bluesky.Account
	app      network.App
	redirect string
	visitor  *visitor
	renewals int
}

// places are where people come back to: a Kith with a public address, which signs, and
// one on its owner's machine. The server asks no name that is reserved for examples;
// what this one answers is put there, so nobody is asked.
// Each is another house: servers remember for a while who one is.
func places() map[string]string {
	return map[string]string{"public": "https://kith-" + id.New()[24:] + ".net/connect/bluesky", "machine": "http://127.0.0.1:8080/connect/bluesky"}
}

func allow(t *testing.T, redirect string) *allowed {
	t.Helper()
	n := world.Network(t)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1", "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	a := &allowed{house: &house{t: t, world: n, driver: driver.New(out, driver.Options{Server: n.PDS, Directory: n.PLC})}, redirect: redirect}
	a.who = bluesky.Ask[bluesky.Account](t, n, bluesky.Command{"do": "account", "handle": "us" + id.New()[28:] + ".test"})
	a.settle() // the AppView knows them now
	if a.app, err = a.driver.NewClient(); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(redirect, "https://") {
		document, err := a.driver.ClientMetadata(a.app, redirect)
		if err != nil {
			t.Fatal(err)
		}
		bluesky.Ask[any](t, n, bluesky.Command{"do": "document", "address": network.ClientID(redirect), "text": string(document)})
	}
	a.letIn()
	return a
}

func (a *allowed) ask() network.Asking {
	return network.Asking{App: a.app, Redirect: a.redirect, State: secret.Token(), Verifier: secret.Token(), Settings: map[string]string{"handle": a.who.Handle}}
}

// goes is one way to the page and back.
func (a *allowed) goes(button string) (network.Asking, url.Values) {
	a.t.Helper()
	ask := a.ask()
	going, err := a.driver.Authorize(a.t.Context(), ask)
	if err != nil {
		a.t.Fatalf("setting out: %v", err)
	}
	ask.Memory = going.Memory
	a.visitor = visit(a.t, a.who, going.URL)
	back := a.visitor.decides(button)
	if back.Get("state") != ask.State {
		a.t.Errorf("what comes back is %v", back)
	}
	return ask, back
}

func (a *allowed) letIn() {
	a.t.Helper()
	ask, back := a.goes("/consent")
	accounts, err := a.driver.Grant(a.t.Context(), ask, back)
	if err != nil || len(accounts) != 1 {
		a.t.Fatalf("let in as %+v, %v (%v)", accounts, err, back)
	}
	a.account = accounts[0]
	if a.account.ID != a.who.DID || a.account.Handle != a.who.Handle || a.account.Warning != "" {
		a.t.Errorf("let in as %+v", a.account)
	}
	a.conn = network.Conn{Base: a.account.Base, Account: a.account.ID, Handle: a.account.Handle, Keys: a.account.Keys, Limits: a.account.Limits, App: a.app}
	a.conn.Renew = func(ctx context.Context, had secret.Text, renew func(context.Context) (secret.Text, error)) (secret.Text, error) {
		fresh, err := renew(ctx)
		if err == nil {
			a.conn.Keys = fresh
			a.renewals++
		}
		return fresh, err
	}
}

var ends = regexp.MustCompile(`"until":\d+`)

// over are keys whose access token is over, by what we remember of it.
func over(keys secret.Text) secret.Text {
	return secret.Text(ends.ReplaceAllString(keys.Reveal(), `"until":1`))
}

func (a *allowed) picture() network.Part {
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		a.t.Fatal(err)
	}
	part := a.part(id.New() + " by consent")
	part.Media = []network.Media{{Type: "image/png", Bytes: int64(data.Len()), Width: 40, Height: 30, Alt: "Rien",
		OpenAt: func(int64) (network.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil }}}
	return part
}

// The real server lets Kith in by the person's own consent, takes posts and files,
// renews the keys, and ends them when their owner says so.
func TestTheRealServerLetsKithInByConsent(t *testing.T) {
	for name, redirect := range places() {
		t.Run(name, func(t *testing.T) {
			a := allow(t, redirect)
			part := a.picture()
			sent := a.publish(part)
			if kept := a.records(a.who.Handle, part.Text); len(kept) != 1 || kept[0].URI != sent.ID || len(kept[0].Value.Embed) == 0 {
				t.Fatalf("the PDS keeps %+v", kept)
			}
			health, keys, err := a.driver.Check(t.Context(), a.conn)
			if err != nil || health.State == "broken" || keys != "" || health.Handle != a.who.Handle {
				t.Errorf("health %+v, %v", health, err)
			}
			before := a.conn.Keys
			a.conn.Keys = over(before)
			part = a.part(id.New() + " with new keys")
			a.publish(part)
			if a.renewals == 0 || len(a.records(a.who.Handle, part.Text)) != 1 {
				t.Errorf("after %d renewals the PDS keeps %+v", a.renewals, a.records(a.who.Handle, part.Text))
			}
			// A server that is asked with a key that it has renewed says so; the keys of now go on.
			a.conn.Keys = over(a.conn.Keys)
			a.publish(a.part(id.New() + " once more"))

			if n := a.visitor.takesBack(); n != 1 {
				t.Errorf("the account's page shows %d applications", n)
			}
			a.refused("taken back by its owner")
			a.letIn()
			a.publish(a.part(id.New() + " let in again"))
			if err := a.driver.Revoke(t.Context(), a.conn); err != nil {
				t.Errorf("disconnecting: %v", err)
			}
			a.refused("disconnected")
			if n := a.visitor.takesBack(); n != 0 {
				t.Errorf("disconnected, the account's page shows %d applications", n)
			}
		})
	}
}

// refused: what the keys opened is closed, and the person is told what to do.
func (a *allowed) refused(why string) {
	a.t.Helper()
	conn := a.conn
	conn.Keys = over(conn.Keys)
	if _, err := a.send(conn, a.part("never")); !fault.Is(err, fault.Denied) {
		a.t.Errorf("%s: %v", why, err)
	}
	health, _, err := a.driver.Check(a.t.Context(), conn)
	if err != nil || health.State != "broken" || health.Fix == "" {
		a.t.Errorf("%s: health %+v, %v", why, health, err)
	}
}

// A token that renews is good once at the real server: this is why the house lets one
// process renew at a time, and keeps what it gets before it is used.
func TestTheRealServerEndsWhatIsRenewedTwice(t *testing.T) {
	a := allow(t, places()["public"])
	before := over(a.conn.Keys)
	a.conn.Keys = before
	a.publish(a.part(id.New() + " renewed"))
	now := a.conn.Keys
	stale := a.conn
	stale.Keys = before
	if _, err := a.driver.Insights(t.Context(), stale, time.Time{}); !fault.Is(err, fault.Denied) {
		t.Errorf("renewed with a key that was spent: %v", err)
	}
	a.conn.Keys = now
	a.refused("renewed twice")
}

func TestTheRealServerSaysThatAPersonDeclined(t *testing.T) {
	a := allow(t, places()["machine"])
	ask, back := a.goes("/reject")
	if back.Get("error") != "access_denied" || back.Get("code") != "" {
		t.Errorf("declined, the server says %v", back)
	}
	if _, err := a.driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Invalid) {
		t.Errorf("declined: %v", err)
	}
}
