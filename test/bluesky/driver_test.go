package bluesky_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	driver "github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/test/bluesky"
)

// house is Kith's driver with an account connected by an app password.
type house struct {
	t       *testing.T
	world   *bluesky.Network
	driver  *driver.Driver
	conn    network.Conn
	account network.Account
}

func connect(t *testing.T, handle string, server func(pds string) string) *house {
	t.Helper()
	n := world.Network(t)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1", "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	h := &house{t: t, world: n, driver: driver.New(out, driver.Options{Server: n.PDS, Directory: n.PLC})}
	made := bluesky.Ask[struct{ Handle, Password string }](t, n, bluesky.Command{"do": "appPassword", "as": handle, "name": "kith " + id.New()[24:]})
	h.account, err = h.driver.Connect(t.Context(), map[string]string{"handle": handle, "password": made.Password, "server": server(n.PDS)})
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	h.conn = network.Conn{Base: h.account.Base, Account: h.account.ID, Handle: h.account.Handle, Keys: h.account.Keys, Limits: h.account.Limits}
	return h
}

func named(pds string) string { return pds }

func (h *house) part(text string) network.Part {
	return network.Part{Key: id.New(), Text: text, Langs: []string{"fr"}, At: time.Now()}
}

func (h *house) publish(part network.Part) network.Sent {
	h.t.Helper()
	sent, err := h.send(h.conn, part)
	if err != nil {
		h.t.Fatalf("publishing %q: %v", part.Text, err)
	}
	return sent
}

// send publishes act by act, as the house does.
func (h *house) send(conn network.Conn, part network.Part) (network.Sent, error) {
	h.t.Helper()
	part.Step = network.Step{Name: network.Begun}
	step := h.driver.Step
	if part.After != nil && len(part.Media) > 0 {
		step = h.driver.StepReply
	}
	for range 50 {
		did, err := step(h.t.Context(), conn, part)
		if err != nil {
			return network.Sent{}, err
		}
		if did.Sent != nil {
			return *did.Sent, nil
		}
		part.Step = did.Step
	}
	return network.Sent{}, errors.New("it does not come to an end")
}

func (h *house) settle() {
	h.t.Helper()
	bluesky.Ask[any](h.t, h.world, bluesky.Command{"do": "settle"})
}

func (h *house) read(cursor string) ([]network.Event, string) {
	h.t.Helper()
	got, err := h.driver.Read(h.t.Context(), h.conn, cursor)
	if err != nil {
		h.t.Fatalf("reading: %v", err)
	}
	var all []network.Event
	for _, raw := range got.Events {
		events, err := h.driver.Decode(h.conn, raw)
		if err != nil {
			h.t.Fatalf("decoding: %v", err)
		}
		all = append(all, events...)
	}
	return all, got.Next
}

// records are what the PDS keeps of an account, whose text contains a mark.
func (h *house) records(of, mark string) []recordOf {
	h.t.Helper()
	var found []recordOf
	for _, r := range bluesky.Ask[[]recordOf](h.t, h.world, bluesky.Command{"do": "records", "of": of}) {
		if strings.Contains(r.Value.Text, mark) {
			found = append(found, r)
		}
	}
	return found
}

type recordOf struct {
	URI, CID string
	Value    struct {
		Text   string
		Facets []struct {
			Features []struct {
				Type string `json:"$type"`
				URI  string
				DID  string
				Tag  string
			}
		}
		Reply *struct{ Root, Parent struct{ URI string } }
		Embed json.RawMessage
	}
}

type shown struct {
	URI, Text string
	Answers   []shown
}

func TestKithPublishesOnTheRealNetwork(t *testing.T) {
	// The server is found by the account's document in the directory.
	h := connect(t, "alice.test", func(string) string { return "" })
	bob := h.world.Account(t, "bob.test")
	mark := id.New()
	text := mark + " Bonjour @bob.test et @nobody.test 👋🏽, voyez https://example.org/été?a=b. #été"
	part := h.part(text)
	sent := h.publish(part)
	h.publish(part) // the same once more
	part.At = part.At.Add(time.Minute)
	if _, err := h.send(h.conn, part); !fault.Is(err, fault.Uncertain) {
		t.Errorf("a later try gives %v, and should say to look", err)
	}
	kept := h.records("alice.test", mark)
	if len(kept) != 1 || kept[0].URI != sent.ID || kept[0].Value.Text != text {
		t.Fatalf("the PDS keeps %+v", kept)
	}
	marks := map[string]string{}
	for _, f := range kept[0].Value.Facets {
		_, kind, _ := strings.Cut(f.Features[0].Type, "#")
		marks[kind] += f.Features[0].URI + f.Features[0].DID + f.Features[0].Tag
	}
	if marks["link"] != "https://example.org/été?a=b" || marks["mention"] != bob.DID || marks["tag"] != "été" {
		t.Errorf("marked %v", marks)
	}
	health, _, err := h.driver.Check(t.Context(), h.conn)
	if err != nil || health.State == "broken" || health.Handle != "alice.test" {
		t.Errorf("health %+v, %v", health, err)
	}

	// What the real network refuses.
	long := h.conn
	long.Limits.Text.Max, long.Limits.Text.MaxBytes = 1000, 0
	_, err = h.send(long, h.part(strings.Repeat("é", 301)))
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("301 characters: %v", err)
	}
}

func TestAThreadAndImagesStandOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	mark := id.New()
	var root, after *network.Ref
	for _, s := range []string{"one", "two", "three"} {
		part := h.part(mark + " " + s)
		part.After, part.Root = after, root
		sent := h.publish(part)
		after = &sent.Ref
		if root == nil {
			root = after
		}
	}
	part := h.part(mark + " picture")
	part.Media = []network.Media{nothing(t)}
	picture := h.publish(part)
	card := h.part(mark + " card")
	card.Link = "https://example.org/article"
	h.publish(card)
	h.settle()

	top := bluesky.Ask[shown](t, h.world, bluesky.Command{"do": "thread", "uri": root.ID})
	if len(top.Answers) != 1 || len(top.Answers[0].Answers) != 1 || !strings.HasSuffix(top.Answers[0].Answers[0].Text, "three") {
		t.Errorf("the AppView shows %+v", top)
	}
	posts := bluesky.Ask[[]struct {
		URI    string
		Images []struct{ Alt string }
	}](t, h.world, bluesky.Command{"do": "timeline", "of": "alice.test"})
	i := slices.IndexFunc(posts, func(p struct {
		URI    string
		Images []struct{ Alt string }
	}) bool {
		return p.URI == picture.ID
	})
	if i < 0 || len(posts[i].Images) != 1 || posts[i].Images[0].Alt != "Rien, en 40 × 30" {
		t.Errorf("the AppView shows %+v", posts)
	}
	if kept := h.records("alice.test", mark+" card"); len(kept) != 1 || !strings.Contains(string(kept[0].Value.Embed), "example.org/article") {
		t.Errorf("the card is %+v", kept)
	}
}

// nothing is a picture of it.
func nothing(t *testing.T) network.Media {
	t.Helper()
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return network.Media{Type: "image/png", Bytes: int64(data.Len()), Width: 40, Height: 30, Alt: "Rien, en 40 × 30",
		OpenAt: func(int64) (network.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil }}
}

// deaf stands before the PDS and loses the answer to the next write.
func deaf(t *testing.T, pds string) (address string, lose func()) {
	t.Helper()
	to, err := url.Parse(pds)
	if err != nil {
		t.Fatal(err)
	}
	next := make(chan bool, 1)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if strings.HasSuffix(r.Request.URL.Path, "putRecord") && r.StatusCode == http.StatusOK {
			select {
			case <-next:
				panic(http.ErrAbortHandler)
			default:
			}
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL, func() { next <- true }
}

func TestALostAnswerIsFoundOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	address, lose := deaf(t, h.world.PDS)
	h.conn.Base = address
	mark := id.New()
	part := h.part(mark)
	look, err := h.driver.Find(t.Context(), h.conn, part, part.At)
	if err != nil || look.Exact != nil || !look.Keyed {
		t.Errorf("before: %+v, %v", look, err)
	}
	lose()
	if _, err := h.send(h.conn, part); !fault.Is(err, fault.Uncertain) {
		t.Fatalf("the answer was lost, and the driver says %v", err)
	}
	look, err = h.driver.Find(t.Context(), h.conn, part, part.At)
	if err != nil || look.Exact == nil || look.Exact.Text != mark {
		t.Fatalf("after: %+v, %v", look, err)
	}
	if sent := h.publish(part); sent.ID != look.Exact.ID {
		t.Errorf("repeated as %s, and it was %s", sent.ID, look.Exact.ID)
	}
	if kept := h.records("alice.test", mark); len(kept) != 1 {
		t.Errorf("the PDS keeps %d", len(kept))
	}
}

func TestPeopleAreReadAnsweredAndCountedOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	n, mark := h.world, id.New()
	_, cursor := h.read("")
	post := h.publish(h.part(mark + " What do you think?"))
	h.settle()
	first := bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": post.ID, "text": "J'adore <3 & more"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "like", "as": "bob.test", "uri": post.ID})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "repost", "as": "carol.test", "uri": post.ID})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "quote", "as": "carol.test", "uri": post.ID, "text": mark + " look at this"})
	bluesky.Ask[written](t, n, bluesky.Command{"do": "post", "as": "carol.test", "text": "Hi @alice.test " + mark})
	h.settle()
	events, cursor := h.read(cursor)
	find := func(kind network.EventKind, ok func(network.Event) bool) network.Event {
		t.Helper()
		for _, e := range events {
			if e.Kind == kind && ok(e) {
				return e
			}
		}
		t.Fatalf("no %s in %+v", kind, events)
		return network.Event{}
	}
	about := func(e network.Event) bool { return e.Post == post.ID }
	comment := find(network.Comment, about)
	if comment.Text != "J'adore <3 & more" || comment.ID != first.URI || comment.Thread != post.ID || comment.Parent != post.ID || comment.Author.Handle != "bob.test" {
		t.Errorf("the comment is %+v", comment)
	}
	find(network.Reaction, about)
	find(network.Repost, about)
	find(network.Mention, func(e network.Event) bool { return e.Post == post.ID && strings.Contains(e.Text, "look at this") })
	find(network.Mention, func(e network.Event) bool { return e.Post == "" && strings.Contains(e.Text, "Hi @alice.test "+mark) })

	// Kith answers and likes; they answer again.
	part := h.part(mark + " Merci !")
	part.After = &network.Ref{ID: comment.ID, Extra: comment.Extra}
	answer, err := h.driver.Reply(t.Context(), h.conn, part)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.driver.Like(t.Context(), h.conn, comment.Ref, true); err != nil {
			t.Fatal(err)
		}
	}
	h.settle()
	bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": answer.ID, "text": "De rien"})
	h.settle()
	top := bluesky.Ask[shown](t, n, bluesky.Command{"do": "thread", "uri": post.ID})
	if len(top.Answers) != 1 || len(top.Answers[0].Answers) != 1 || top.Answers[0].Answers[0].URI != answer.ID {
		t.Errorf("the AppView shows %+v", top)
	}
	if got := bluesky.Ask[counts](t, n, bluesky.Command{"do": "counts", "uri": comment.ID}); got.Likes != 1 || got.Replies != 1 {
		t.Errorf("the comment has %+v", got)
	}
	events, _ = h.read(cursor)
	if e := find(network.Comment, func(e network.Event) bool { return e.Text == "De rien" }); e.Thread != post.ID || e.Parent != answer.ID || e.Post != post.ID {
		t.Errorf("the next comment is %+v", e)
	}

	// Counts are the AppView's.
	measured, err := h.driver.Measure(t.Context(), h.conn, []network.Ref{post.Ref})
	if err != nil {
		t.Fatal(err)
	}
	want, got := bluesky.Ask[counts](t, n, bluesky.Command{"do": "counts", "uri": post.ID}), measured[post.ID]
	if (counts{int(got[network.Likes]), int(got[network.Replies]), int(got[network.Reposts]), int(got[network.Quotes])}) != want || want.Likes != 1 {
		t.Errorf("counted %v, and the AppView says %+v", got, want)
	}
	if err := h.driver.Like(t.Context(), h.conn, comment.Ref, false); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if got := bluesky.Ask[counts](t, n, bluesky.Command{"do": "counts", "uri": comment.ID}); got.Likes != 0 {
		t.Errorf("the like was taken back, and %d are there", got.Likes)
	}
}

func TestCommentsAreHiddenAndPostsDeletedOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	n, mark := h.world, id.New()
	post := h.publish(h.part(mark + " be nice"))
	h.settle()
	var spam []network.Ref
	for _, s := range []string{"spam one", "spam two"} {
		w := bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": post.ID, "text": s})
		spam = append(spam, network.Ref{ID: w.URI})
	}
	h.settle()
	for _, step := range []struct {
		ref network.Ref
		on  bool
	}{{spam[0], true}, {spam[0], true}, {spam[1], true}, {spam[0], false}} {
		if err := h.driver.Hide(t.Context(), h.conn, step.ref, step.on); err != nil {
			t.Fatalf("hide %v: %v", step.on, err)
		}
	}
	gate := bluesky.Ask[struct {
		Value struct {
			Post          string
			HiddenReplies []string
		}
	}](t, n, bluesky.Command{"do": "record", "uri": strings.Replace(post.ID, "app.bsky.feed.post", "app.bsky.feed.threadgate", 1)})
	if gate.Value.Post != post.ID || !slices.Equal(gate.Value.HiddenReplies, []string{spam[1].ID}) {
		t.Errorf("the gate is %+v", gate.Value)
	}

	// A person is kept out and let back; the official client agrees.
	bob := network.Author{ID: n.Account(t, "bob.test").DID}
	for _, on := range []bool{true, true, false, false} {
		if err := h.driver.Ban(t.Context(), h.conn, bob, on); err != nil {
			t.Fatalf("ban %v: %v", on, err)
		}
		blocks := bluesky.Ask[[]any](t, n, bluesky.Command{"do": "records", "of": "alice.test", "collection": "app.bsky.graph.block"})
		if (len(blocks) == 1) != on {
			t.Errorf("ban %v: %d blocks", on, len(blocks))
		}
	}
	for range 2 {
		if err := h.driver.Delete(t.Context(), h.conn, post.Ref); err != nil {
			t.Fatal(err)
		}
	}
	_, err := n.Do(context.Background(), bluesky.Command{"do": "record", "uri": post.ID})
	if err == nil {
		t.Error("the post is still there")
	}
}
