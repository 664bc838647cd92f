package instagram_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/instagram"
	"github.com/kithhq/kith/internal/secret"
)

// fetch stands for the house's own files: what is asked for is there.
func fetch(_ context.Context, address, kind string) ([]byte, error) {
	if !strings.HasPrefix(address, "https://kith.example.org/files/") {
		return nil, http.ErrNotSupported
	}
	if kind == "video" {
		return append([]byte("\x00\x00\x00\x18ftypisom"), bytes.Repeat([]byte("x"), 4096)...), nil
	}
	if kind != "image" || address == networktest.Broken {
		return []byte("%PDF-1.7 or a sound"), nil
	}
	return square(), nil
}

// square is drawn once: every world wants it again and again.
var square = sync.OnceValue(func() []byte { return picture(400, 400) }) //nolint:gochecknoglobals // the same for every test

func picture(width, height int) []byte {
	m := image.NewGray(image.Rect(0, 0, width, height))
	m.SetGray(1, 1, color.Gray{200})
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// The two logins.
const (
	facebook = "facebook"
	own      = "instagram"
)

// harness is the suite with one of the two logins.
func harness(login string) networktest.Harness {
	var net *pretended.Network // of the world that was opened last
	h := networktest.Harness{
		Name: "instagram",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, pretended.Options{Fetch: fetch})
			net = n
			a := n.AddAccount("atelier.des.halles", "Atelier des Halles")
			return n.Handler(), func(string) map[string]string {
				return map[string]string{"token": map[string]string{facebook: a.PageToken, own: a.Token}[login]}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return instagram.New(out, instagram.Options{Base: base, Now: now})
		},
		// A webhook of a mention says neither who it was nor what they said.
		Anonymous: true,
		Listen: func(w *networktest.World, door *networktest.Door) func() {
			door.App = word()
			if err := net.Subscribe(w.T().Context(), door.URL, "typed"); err != nil {
				w.T().Fatal(err)
			}
			net.SubscribeAccount(w.Account.ID)
			return net.Settle
		},
		Counts: []string{"like_count", "comments_count", "value"},
		Grain:  time.Minute,
		Flat:   true,
		// Files are fetched from an address, which does not say what they are called.
		Nameless: true,
		Dress: func(p *network.Part) {
			if len(p.Media) == 0 && p.Poll == nil {
				p.Media = []network.Media{networktest.Picture("image/jpeg", 40, 40, "a picture")}
			}
		},
		Told:  told(),
		Crowd: crowd,
		Hook: func(*testing.T, time.Time) (http.Header, []byte, secret.Text) {
			body := []byte(`{"object":"instagram","entry":[{"id":"17841400000000001","time":1700000000,"changes":[]}]}`)
			header := http.Header{}
			signed, _ := pretended.Sign("app-secret", body)
			header.Set("X-Hub-Signature-256", signed)
			return header, body, "app-secret"
		},
		Hostile: [][]byte{
			[]byte(`{"object":"instagram","entry":[null,7,{"id":7,"changes":[null,{"field":"comments","value":null},{"field":"comments","value":{"id":"\u0000","media":{"id":"1"}}}]}]}`),
			[]byte(`{"object":"instagram","entry":[{"id":"1","messaging":[null,{"message":{"mid":"\ud800"}},{"sender":{"id":"2"},"message":{"mid":"m_1","text":"\u0000","attachments":[null,{"payload":7}]}}]}]}`),
			[]byte(`{"what":"comment","id":"1","media":"2","text":"\u0000\ud800x","made":1e99}`),
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			// Instagram tells how many like something and nobody's name, and of followers
			// nothing at all.
			"reactions, reposts and follows come in": likesAreCounted,
			// Only who has written in private can be blocked.
			"people are kept out and let back": blocks,
		},
	}
	if login == own {
		h.Knocked = true // the list of posts in which one is tagged wants Facebook's login
		h.Cannot = []network.Action{network.ActDelete, network.ActBan}
		h.Renew = 40 * 24 * time.Hour
		// Posts cannot be deleted with this login; comments can.
		h.Instead["what is deleted twice is gone"] = deletesComments
		// People cannot be blocked with this login.
		h.Instead["people are kept out and let back"] = blocksNobody
	}
	return h
}

func TestInstagramWithFacebooksLogin(t *testing.T) { networktest.Run(t, harness(facebook)) }

func TestInstagramWithItsOwnLogin(t *testing.T) { networktest.Run(t, harness(own)) }

func likesAreCounted(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("react!")
	_, cursor := w.Read("")
	for _, p := range []string{"p004", "p005"} {
		w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: p})
	}
	w.Act(sandbox.Act{Kind: "follow", Person: "p006"})
	if events, _ := w.Read(cursor); len(slices.DeleteFunc(events, func(e network.Event) bool { return e.Kind == network.Ours })) != 0 {
		t.Errorf("nobody said anything, and there came %+v", events)
	}
	counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if err != nil || counts[sent.ID][network.Likes] != 2 {
		t.Errorf("counted %v, %v", counts, err)
	}
}

// direct lets a person write in private and gives the event of it.
func direct(t *testing.T, w *networktest.World, who, text string) network.Event {
	t.Helper()
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "message", Text: text, Person: who})
	events, _ := w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Direct && e.Text == text {
			return e
		}
	}
	t.Fatalf("%s did not come in; what came: %+v", text, events)
	return network.Event{}
}

func blocks(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("be nice")
	banner := w.Driver.(network.Banner)
	act := sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hello again", Person: "p001", Network: "instagram"}
	stranger := network.Author{ID: "99", Handle: "nobody"}
	if err := banner.Ban(t.Context(), w.Conn, stranger, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("blocking who never wrote: %v", err)
	}
	if err := banner.Ban(t.Context(), w.Conn, stranger, false); err != nil {
		t.Errorf("letting back who was never blocked: %v", err)
	}
	e := direct(t, w, "p001", "you again")
	for range 2 {
		if err := banner.Ban(t.Context(), w.Conn, e.Author, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Stage.Scripts.Do(act); err == nil {
		t.Error("who was kept out can still comment")
	}
	for range 2 {
		if err := banner.Ban(t.Context(), w.Conn, e.Author, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Stage.Scripts.Do(act); err != nil {
		t.Errorf("who was let back cannot comment: %v", err)
	}
}

func blocksNobody(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	err := w.Driver.(network.Banner).Ban(t.Context(), w.Conn, direct(t, w, "p001", "hello").Author, true)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
		t.Errorf("%v", err)
	}
}

func deletesComments(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("stays")
	deleter := w.Driver.(network.Deleter)
	if err := deleter.Delete(t.Context(), w.Conn, sent.Ref); !fault.Is(err, fault.Invalid) || len(w.Ledger(sandbox.Delete)) != 0 {
		t.Errorf("a post: %v", err)
	}
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "not yours", Person: "p001"})
	events, _ := w.Read(cursor)
	events = slices.DeleteFunc(events, func(e network.Event) bool { return e.Kind != network.Comment })
	if len(events) != 1 {
		t.Fatalf("%+v", events)
	}
	answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("ours", events[0].Ref))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := deleter.Delete(t.Context(), w.Conn, answer.Ref); err != nil {
			t.Errorf("our answer: %v", err)
		}
		if err := w.Driver.(network.Remover).Remove(t.Context(), w.Conn, events[0].Ref); err != nil {
			t.Errorf("somebody's comment: %v", err)
		}
	}
	if n := len(w.Ledger(sandbox.Delete)); n != 2 {
		t.Errorf("deleted %d things", n)
	}
}
