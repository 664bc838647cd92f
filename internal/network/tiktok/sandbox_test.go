package tiktok_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/secret"
)

// quick is TikTok when everything is there at once: what the suite asks at the
// moment of a lost answer has an answer. How it is when TikTok takes its time is in
// publish_test.go.
func quick() pretended.Options {
	return pretended.Options{Processing: -1, Moderation: -1, Hearing: -1, PerMinute: 1 << 20, Fetch: fetch, Verified: []string{"https://kith.example.org/files/"}}
}

// fetch stands for the files of this house, which TikTok would fetch.
func fetch(_ context.Context, address string) (string, int64, error) {
	if !strings.HasPrefix(address, "https://kith.example.org/files/") {
		return "", 0, errors.New("there is no such file")
	}
	if address == networktest.Broken {
		return "application/pdf", 2000, nil
	}
	return "image/jpeg", 2000, nil
}

// place is a pretended TikTok and an account of ours there.
type place struct {
	*pretended.Network
	pretended.Credentials
}

// harness opens TikTok; last is the one that was opened last.
func harness(o pretended.Options, last *place) networktest.Harness {
	if last == nil {
		last = &place{}
	}
	return networktest.Harness{
		Name: "tiktok",
		// All photos go in one request by their addresses, and the reason of a failure names none.
		Unsaid: true,
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			o.Redirects, o.BusinessRedirects = []string{"https://kith.example.org/connect/tiktok"}, []string{"https://kith.example.org/connect/tiktok/"}
			last.Network = pretended.New(stage, o)
			last.Credentials = last.Account("librairie.h", "Librairie Hirondelle")
			return last.Handler(), func(string) map[string]string {
				return map[string]string{"token": last.Token, "business_id": last.BusinessID, "business_token": last.BusinessToken, "business_refresh": last.BusinessRefreshKey}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return tiktok.New(out, tiktok.Options{Base: base, Now: now})
		},
		Dress: func(part *network.Part) {
			part.Options = map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true"}
			part.Media = []network.Media{networktest.Clip(2000, 5, 720, 1280, "")}
		},
		Clip:   func() network.Media { return film(20_000_001) },
		Sample: "Bonjour 👋🏽 à tous & <b>all</b>\n\nhttps://example.org/a?b=c#d #été @ami \"q\"",
		Counts: []string{"like_count", "comment_count", "share_count", "view_count", "likes", "comments", "shares", "video_views", "reach", "favorites", "new_followers", "profile_views"},
		Told:   told(),
		Hook:   hook,
		Flat:   true,
		Hostile: [][]byte{[]byte(`{"id":"7","post":"8","at":1e9}`), []byte(`{"event":"post.publish.publicly_available","create_time":1,"user_openid":"a","content":"{\"post_id\":7412345678901234567}"}`),
			[]byte(`{"event":"post.publish.publicly_available","create_time":1,"user_openid":"a","content":"[[["}`), []byte(`{"id":"../..","post":"8"}`)},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// TikTok takes no descriptions, and of photos whose naming was not answered a
			// look can find, but prove nothing.
			"an image carries its description":       photos,
			"an act that breaks is gone on with":     breaks,
			"keys are renewed ahead of time":         renews,
			"what is deleted twice is gone":          deletes,
			"reactions, reposts and follows come in": onlyNumbers,
		},
	}
}

var films = map[int][]byte{} //nolint:gochecknoglobals // they are large

// film is a video that goes in several pieces.
func film(size int) network.Media {
	if films[size] == nil {
		m := networktest.Clip(size, 5, 720, 1280, "")
		file, err := m.Open()
		if err != nil {
			panic(err)
		}
		defer file.Close() //nolint:errcheck // bytes in memory
		var all bytes.Buffer
		if _, err := all.ReadFrom(file); err != nil {
			panic(err)
		}
		films[size] = all.Bytes()
	}
	m := networktest.File("video/mp4", films[size], 720, 1280, "")
	m.Seconds = 5
	return m
}

func hook(_ *testing.T, now time.Time) (http.Header, []byte, secret.Text) {
	body := []byte(`{"client_key":"awtiktokkey","event":"post.publish.publicly_available","create_time":1763900000,"user_openid":"-0001","content":"{\"publish_id\":\"v_pub_file~v2-1.7\",\"post_id\":7412345678901234567,\"publish_type\":\"DIRECT_PUBLISH\"}"}`)
	return http.Header{"Tiktok-Signature": {pretended.Sign("tiktok-secret", now, body)}}, body, "tiktok-secret"
}

func TestTikTok(t *testing.T) { networktest.Run(t, letIn(quick())) }

// letIn is a connection by both pages of consent, with every right.
func letIn(o pretended.Options) networktest.Harness {
	var last place
	o.Plain = true // our address is on this machine
	h := harness(o, &last)
	h.Enter = func(w *networktest.World) (network.Account, network.App) {
		account := enter(w)
		w.Conn = network.Conn{Base: account.Base, Account: account.ID, Handle: account.Handle, Keys: account.Keys, Limits: account.Limits, App: app()}
		account, err := extend(w.T(), w, nil)
		if err != nil {
			w.T().Fatal(err)
		}
		return account, app()
	}
	h.Listen = func(w *networktest.World, door *networktest.Door) func() {
		door.App = app()
		door.App.Secret = secret.Text(door.App.Extra["business_app_secret"]) // it signs what is told of mentions
		if _, err := w.Driver.(network.Subscriber).Subscribe(w.T().Context(), w.Conn, door.URL); err != nil {
			w.T().Fatal(err)
		}
		return last.Settle
	}
	h.Seldom = 5 * time.Hour // listed mentions are left to webhooks at first
	return h
}

// plain is a connection without a business token: TikTok's own API has no comments.
func plain() networktest.Harness {
	var last place
	h := harness(quick(), &last)
	both := h.Open
	h.Open = func(t *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		handler, _ := both(t, stage)
		return handler, func(string) map[string]string { return map[string]string{"token": last.Token} }
	}
	h.Cannot = []network.Action{network.ActPoll, network.ActReply, network.ActLike, network.ActHide, network.ActPin, network.ActDeleteReply, network.ActFirstComment, network.ActMention, network.ActReplyFiles}
	for _, name := range []string{"what is deleted twice is gone", "reactions, reposts and follows come in"} {
		delete(h.Instead, name) // they are about comments
	}
	return h
}

func TestTikTokWithoutABusinessToken(t *testing.T) { networktest.Run(t, plain()) }

// photo is one that TikTok takes.
func photo() network.Media { return networktest.Picture("image/jpeg", 400, 300, "a shelf") }

func photos(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	part := w.Part("two photos")
	part.Title = "A title"
	part.Media = []network.Media{photo(), photo()}
	part.Options["cover"] = "2"
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 || made[0].Object != sent.ID || made[0].Text != part.Text {
		t.Fatalf("sent as %s, and the ledger has %+v", sent.ID, made)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || look.Exact == nil || look.Exact.ID != sent.ID {
		t.Errorf("the look is %+v, %v", look, err)
	}
	for range 40 {
		part.Media = append(part.Media, photo())
	}
	part.Key += "x"
	before := len(w.Front.Requests())
	if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many photos: %v", err)
	}
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked about too many photos")
	}
}

// breaks lets every act of a video break in every way and goes on, as the house
// would; and every act of photos, where one look proves nothing and a person is
// asked: nothing is ever made twice.
func breaks(t *testing.T, h networktest.Harness) {
	ways := []sandbox.Mishap{{Kind: sandbox.LostAnswer}, {Kind: sandbox.CutAnswer}, {Kind: sandbox.ErrorAfter}, {Kind: sandbox.ErrorAfter, Status: 504}, {Kind: sandbox.Cut},
		{Kind: sandbox.ServerError}, {Kind: sandbox.Throttled}, {Kind: sandbox.Maintenance}}
	kinds := map[string]func() []network.Media{
		"small": func() []network.Media { return []network.Media{networktest.Clip(2000, 5, 720, 1280, "")} },
		"photo": func() []network.Media { return []network.Media{photo(), photo()} },
	}
	if h.Clip != nil {
		kinds["video"] = func() []network.Media { return []network.Media{h.Clip()} }
	}
	for name, media := range kinds {
		for _, m := range ways {
			for n := range 100 {
				w := networktest.NewWorld(t, h)
				part := w.Part("step by step")
				part.Media = media()
				if breakAct(t, w, name, part, n, m) {
					break
				}
			}
		}
	}
}

// breakAct lets the n-th request break; over: there are fewer.
func breakAct(t *testing.T, w *networktest.World, name string, part network.Part, n int, m sandbox.Mishap) (over bool) {
	t.Helper()
	var at atomic.Int64 // requests may still run when an act has given up
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if at.Add(1) == int64(n+1) {
			m.Times = 1
			w.Weather(m)
		}
		w.Front.Next().ServeHTTP(rw, r)
		return true
	})
	sent, err := w.Send(part)
	if at.Load() <= int64(n) {
		return true
	}
	w.Stage.Weather.Clear()
	asked := false
	for range 4 {
		if err == nil {
			break
		}
		w.Restart()
		if fault.Is(err, fault.Uncertain) {
			w.Stage.Clock.Advance(w.Driver.Profile().Delay + time.Second)
			look, ferr := w.Find(part, part.At.Add(-2*time.Minute))
			if ferr != nil {
				t.Fatal(ferr)
			}
			if look.Exact != nil || len(look.Near) == 1 && look.Near[0].Text == part.Text {
				if look.Exact == nil {
					look.Exact = &look.Near[0]
				}
				sent, err = network.Sent{Ref: look.Exact.Ref}, nil
				break
			}
			if !look.Keyed && name == "photo" {
				asked = true // the house asks a person, and sends nothing
				break
			}
			if !look.Keyed {
				t.Fatalf("%s of request %d of a %s: the look proves nothing: %+v", m.Kind, n, name, look)
			}
		} else if !fault.Is(err, fault.Throttled) && !fault.Is(err, fault.Unavailable) {
			t.Fatalf("%s of request %d of a %s: %v", m.Kind, n, name, err)
		}
		w.Stage.Clock.Advance(max(fault.After(err), time.Second))
		sent, err = w.Send(part)
	}
	made := w.Ledger(sandbox.Publish)
	switch {
	case asked && len(made) > 1, !asked && (err != nil || len(made) != 1 || made[0].Object != sent.ID):
		t.Fatalf("%s of request %d of a %s: sent as %s, asked: %v, %v, and the ledger has %+v", m.Kind, n, name, sent.ID, asked, err, made)
	}
	return false
}

// renews: keys of TikTok are renewed with the app's secret, which the suite does not
// know; and there are two of them.
func renews(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	d := w.Driver.(*tiktok.Driver)
	conn, _ := consent(t, w, nil)
	if _, known, err := d.Check(t.Context(), conn); err == nil && known != "" {
		conn.Keys = known // what the typed in ones of the other API open was asked for
	}
	if _, fresh, err := d.Check(t.Context(), conn); err != nil || fresh != "" {
		t.Errorf("fresh keys were changed: %v", err)
	}
	w.Stage.Clock.Advance(19 * time.Hour)
	health, fresh, err := d.Check(t.Context(), conn)
	if err != nil || health.State != "ok" || fresh == "" || fresh == conn.Keys {
		t.Fatalf("%+v, renewed: %v, %v", health, fresh != "", err)
	}
	var was, is struct {
		Access, Refresh string
		Business        struct{ Access, Refresh string }
	}
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &was) != nil || json.Unmarshal([]byte(fresh.Reveal()), &is) != nil {
		t.Fatal("the keys are not what is expected")
	}
	same := was.Business.Access == is.Business.Access || was.Business.Refresh == is.Business.Refresh
	if alone := len(h.Cannot) > 0; was.Access == is.Access || was.Refresh == is.Refresh || same != alone {
		t.Error("not all keys are new ones")
	}
	w.Stage.Clock.Advance(6 * time.Hour)
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "broken" || health.Fix == "" {
		t.Errorf("with the old keys: %+v, %v", health, err)
	}
	conn.Keys, w.Conn = fresh, conn
	w.Conn.Keys = fresh
	w.Restart()
	w.Publish("with new keys")
	if _, again, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || again != "" {
		t.Errorf("keys that are fresh were changed again: %v, %v", again != "", err)
	}
}

// deletes: comments of ours can be deleted, posts and other people's comments cannot.
func deletes(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("stays")
	deleter := w.Driver.(network.Deleter)
	if err := deleter.Delete(t.Context(), w.Conn, sent.Ref); !fault.Is(err, fault.Invalid) {
		t.Errorf("deleting a post: %v", err)
	} else if _, hint := fault.Shown(err); hint == "" {
		t.Error("nothing is said about what to do")
	}
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "not yours", Person: "p001"})
	events, _ := w.Read(cursor)
	if len(events) != 1 {
		t.Fatalf("what came: %+v", events)
	}
	if err := deleter.Delete(t.Context(), w.Conn, events[0].Ref); !fault.Is(err, fault.Denied) {
		t.Errorf("deleting somebody's comment: %v", err)
	}
	for _, after := range []network.Ref{sent.Ref, events[0].Ref} {
		answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("a slip", after))
		if err != nil {
			t.Fatal(err)
		}
		before := len(w.Ledger(sandbox.Delete))
		for range 2 {
			if err := deleter.Delete(t.Context(), w.Conn, answer.Ref); err != nil {
				t.Errorf("deleting a comment of ours: %v", err)
			}
		}
		if n := len(w.Ledger(sandbox.Delete)); n != before+1 {
			t.Errorf("deleted %d times", n-before)
		}
	}
}

// onlyNumbers: TikTok tells of nobody who likes, shares or follows; their number
// changes.
func onlyNumbers(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("react!")
	_, cursor := w.Read("")
	before, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil {
		t.Fatal(err)
	}
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p004"})
	w.Act(sandbox.Act{Kind: "react", Reaction: "repost", Target: sent.ID, Person: "p005"})
	w.Act(sandbox.Act{Kind: "follow", Person: "p006"})
	if events, _ := w.Read(cursor); len(events) != 0 {
		t.Errorf("what came: %+v", events)
	}
	counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if c := counts[sent.ID]; err != nil || c[network.Likes] != 1 || c[network.Shares] != 1 || c[network.Views] == 0 || c[network.Reach] == 0 {
		t.Errorf("counted %v, %v", counts, err)
	}
	if now, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || now.Followers != before.Followers+1 {
		t.Errorf("%d followers, and %d before, %v", now.Followers, before.Followers, err)
	}
}
