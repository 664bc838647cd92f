package bluesky_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	driver "github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/test/bluesky"
)

// connected gives our driver, connected to the real network as somebody with an app password of their own.
func connected(t *testing.T, n *bluesky.Network, handle string) (*driver.Driver, network.Conn) {
	t.Helper()
	var allowed []string
	for _, address := range []string{n.PDS, n.AppView, n.PLC} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		allowed = append(allowed, u.Host, "localhost:"+u.Port())
	}
	out, err := outward.New(outward.Options{Allow: allowed})
	if err != nil {
		t.Fatal(err)
	}
	d := driver.New(out, driver.Options{Server: n.PDS, Directory: n.PLC})
	app := bluesky.Ask[bluesky.Account](t, n, bluesky.Command{"do": "appPassword", "as": handle})
	account, err := d.Connect(t.Context(), map[string]string{"handle": handle, "password": app.Password, "server": n.PDS})
	if err != nil {
		t.Fatal(err)
	}
	return d, network.Conn{Base: account.Base, Account: account.ID, Handle: account.Handle, Keys: account.Keys, Limits: account.Limits}
}

type shown struct {
	URI, Text, Author, Parent       string
	Likes, Replies, Reposts, Quotes int64
	Images                          []struct{ Alt string }
	Answers                         []shown
}

func timeline(t *testing.T, n *bluesky.Network, of string) []shown {
	t.Helper()
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})
	return bluesky.Ask[[]shown](t, n, bluesky.Command{"do": "timeline", "of": of})
}

func times(all []shown, text string) (count int) {
	for _, post := range all {
		if post.Text == text {
			count++
		}
	}
	return count
}

func TestWhatKithWritesTheOfficialClientReadsOnce(t *testing.T) {
	n := world.Network(t)
	d, conn := connected(t, n, "alice.test")
	ctx := t.Context()

	first := network.Part{Key: id.New(), Text: "Kith écrit à @bob.test #kith 👩‍👩‍👧", Langs: []string{"fr"}, At: time.Now(), Media: []network.Media{picture(t)}}
	sent, err := d.Publish(ctx, conn, first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Publish(ctx, conn, first)
	if err != nil || again.ID != sent.ID {
		t.Fatalf("the same try again gives %v (%v), and gave %v", again.ID, err, sent.ID)
	}
	later := first
	later.At = first.At.Add(time.Minute)
	if _, err := d.Publish(ctx, conn, later); fault.KindOf(err) != fault.Uncertain {
		t.Errorf("another try under the same key gives %v; it must stay uncertain until somebody looks", err)
	}
	look, err := d.Find(ctx, conn, later, first.At.Add(-time.Minute))
	if err != nil || look.Exact == nil || look.Exact.ID != sent.ID {
		t.Errorf("looking for it gives %+v (%v)", look, err)
	}
	second, err := d.Publish(ctx, conn, network.Part{Key: id.New(), Text: "La suite du fil", At: time.Now(), After: &sent.Ref, Root: &sent.Ref})
	if err != nil {
		t.Fatal(err)
	}
	absent, err := d.Find(ctx, conn, network.Part{Key: id.New(), Text: "never sent", At: time.Now()}, first.At)
	if err != nil || absent.Exact != nil || !absent.Keyed {
		t.Errorf("looking for what was never sent gives %+v (%v)", absent, err)
	}

	all := timeline(t, n, "alice.test")
	if times(all, first.Text) != 1 || times(all, "La suite du fil") != 1 {
		t.Errorf("the AppView does not show each of them once: %+v", all)
	}
	thread := bluesky.Ask[shown](t, n, bluesky.Command{"do": "thread", "uri": sent.ID})
	if len(thread.Images) != 1 || thread.Images[0].Alt != "Un carré" {
		t.Errorf("the image or its alt text is lost: %+v", thread.Images)
	}
	if len(thread.Answers) != 1 || thread.Answers[0].URI != second.ID {
		t.Errorf("the thread is %+v", thread)
	}
	told := bluesky.Ask[[]struct{ URI, Reason string }](t, n, bluesky.Command{"do": "notifications", "as": "bob.test"})
	if !slices.ContainsFunc(told, func(n struct{ URI, Reason string }) bool { return n.URI == sent.ID && n.Reason == "mention" }) {
		t.Errorf("bob was not told that he is mentioned: %+v", told)
	}

	for _, ref := range []network.Ref{second.Ref, sent.Ref} {
		if err := d.Delete(ctx, conn, ref); err != nil {
			t.Error(err)
		}
		if err := d.Delete(ctx, conn, ref); err != nil {
			t.Errorf("deleting it again: %v", err)
		}
	}
	if all := timeline(t, n, "alice.test"); times(all, first.Text)+times(all, "La suite du fil") != 0 {
		t.Errorf("the AppView still shows what was deleted: %+v", all)
	}
}

func TestWhatPeopleDoReachesKithAndIsCountedAlike(t *testing.T) {
	n := world.Network(t)
	d, conn := connected(t, n, "carol.test")
	ctx := t.Context()
	_, cursor, _, err := d.Read(ctx, conn, "")
	if err != nil {
		t.Fatal(err)
	}
	sent, err := d.Publish(ctx, conn, network.Part{Key: id.New(), Text: "Réagissez", At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	bluesky.Ask[any](t, n, bluesky.Command{"do": "like", "as": "bob.test", "uri": sent.ID})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "repost", "as": "alice.test", "uri": sent.ID})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "follow", "as": "alice.test", "who": "carol.test"})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "quote", "as": "alice.test", "uri": sent.ID, "text": "À voir"})
	reply := bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": sent.ID, "text": "Voilà une réponse"})
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})

	events := read(t, d, conn, cursor)
	for _, want := range []struct {
		kind network.EventKind
		by   string
	}{{network.Reaction, "bob.test"}, {network.Repost, "alice.test"}, {network.Follow, "alice.test"}, {network.Comment, "bob.test"}} {
		found := 0
		for _, e := range events {
			if e.Kind == want.kind && e.Author.Handle == want.by {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s by %s was told %d times: %+v", want.kind, want.by, found, events)
		}
	}
	at := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == reply.URI })
	if at < 0 {
		t.Fatal("the reply did not come in")
	}
	comment := events[at]
	if comment.Parent != sent.ID || comment.Text != "Voilà une réponse" {
		t.Errorf("the comment is %+v", comment)
	}

	answer, err := d.Reply(ctx, conn, network.Part{Key: id.New(), Text: "Merci !", At: time.Now(), After: &comment.Ref})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Like(ctx, conn, comment.Ref, true); err != nil {
		t.Error(err)
	}
	bluesky.Ask[any](t, n, bluesky.Command{"do": "settle"})
	thread := bluesky.Ask[shown](t, n, bluesky.Command{"do": "thread", "uri": sent.ID})
	if len(thread.Answers) != 1 || len(thread.Answers[0].Answers) != 1 || thread.Answers[0].Answers[0].URI != answer.ID || thread.Answers[0].Likes != 1 {
		t.Errorf("the thread is %+v", thread)
	}

	measured, err := d.Measure(ctx, conn, []network.Ref{sent.Ref})
	if err != nil {
		t.Fatal(err)
	}
	counted := bluesky.Ask[shown](t, n, bluesky.Command{"do": "counts", "uri": sent.ID})
	for name, want := range map[string]int64{network.Likes: counted.Likes, network.Replies: counted.Replies, network.Reposts: counted.Reposts, network.Quotes: counted.Quotes} {
		if got, given := measured[sent.ID][name]; !given || got != want || want != 1 {
			t.Errorf("%s: Kith counts %d, the AppView %d, and one happened", name, got, want)
		}
	}

	if err := d.Hide(ctx, conn, comment.Ref, true); err != nil {
		t.Error(err)
	}
	if err := d.Hide(ctx, conn, comment.Ref, false); err != nil {
		t.Error(err)
	}
}

// read reads until there is no more, and decodes.
func read(t *testing.T, d *driver.Driver, conn network.Conn, cursor string) (events []network.Event) {
	t.Helper()
	for more := true; more; {
		var raws []network.Raw
		var err error
		if raws, cursor, more, err = d.Read(context.WithoutCancel(t.Context()), conn, cursor); err != nil {
			t.Fatal(err)
		}
		for _, raw := range raws {
			decoded, err := d.Decode(conn, raw)
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, decoded...)
		}
	}
	return events
}

func picture(t *testing.T) network.Media {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return network.Media{ID: "m", Type: "image/png", Bytes: int64(file.Len()), Width: 40, Height: 30, Alt: "Un carré",
		Open: func() (network.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil }}
}
