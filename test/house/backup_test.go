package house

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A backup that is made while Kith runs comes back in a fresh folder. With the
// newer facts beside it, nothing that people said since is missing.
func TestABackupComesBack(t *testing.T) {
	p := open(t, "sqlite", false)
	image := p.Upload(t, "shop.png", picture(t), "the shop window")
	p.publish("Backed up", "mastodon", "facebook")
	say := func(name, text string) {
		p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "comment", Text: text})
	}
	for i := range 5 {
		say("facebook", fmt.Sprintf("before %d", i))
	}
	c := p.conversation("facebook", "before 4")
	p.answer("facebook", c.ID, "An answer before", false)
	draft := p.Write(t, hand.Texts("a draft from before"), hand.To(p.channels["mastodon"])...)

	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	done := make(chan error, 1)
	go func() {
		_, err := app.Backup(t.Context(), p.config, archive)
		done <- err
	}()
	for i := range 20 {
		say("facebook", fmt.Sprintf("meanwhile %d", i))
	}
	p.must(<-done)
	for i := range 5 {
		say("facebook", fmt.Sprintf("after %d", i))
	}
	p.conversation("facebook", "after 4")
	say("mastodon", "after, by reading")
	p.conversation("mastodon", "after, by reading")
	before := p.texts()
	p.stop()

	old := p.config.Data
	p.config.Data = filepath.Join(t.TempDir(), "data")
	n, err := app.Restore(t.Context(), p.config, archive)
	if err != nil || n < 3 {
		t.Fatalf("%d files came back: %v", n, err)
	}
	if _, err := app.Restore(t.Context(), p.config, archive); err == nil {
		t.Error("a second restore wrote over a database")
	}
	p.must(os.CopyFS(filepath.Join(p.config.Data, "facts"), os.DirFS(filepath.Join(old, "facts"))))
	p.Weather.Must(sandbox.Mishap{Kind: sandbox.Maintenance, Action: sandbox.AnyRead}) // what comes back does not come from the networks
	p.begin(p.config)
	p.until("everything that was heard is there again", func() (bool, any) {
		now := p.texts()
		missing := []string{}
		for text, n := range before {
			if now[text] != n {
				missing = append(missing, fmt.Sprintf("%s: %d, not %d", text, now[text], n))
			}
		}
		return len(missing) == 0 && len(now) == len(before), missing
	})
	p.Weather.Clear()
	if got := p.Post(t, draft.ID); got.Text != "a draft from before" {
		t.Errorf("the draft is %+v", got)
	}
	if m := p.message(c.ID, "An answer before"); m.Sending != "sent" {
		t.Errorf("the answer is %s", m.Sending)
	}
	if err := p.Ask(t.Context(), "GET", "/media/"+image.ID, nil, nil); err != nil && !isNoJSON(err) {
		t.Errorf("the image: %v", err)
	}
	p.publish("With the keys of before", "mastodon", "facebook")
}

func TestWhatWentOutAfterTheBackupGoesOutOnce(t *testing.T) {
	p := open(t, "sqlite", false)
	var posts []string
	for _, name := range []string{"bluesky", "mastodon", "facebook"} {
		post := p.Write(t, hand.Texts("Sent after the backup, on "+name), hand.To(p.channels[name])...)
		p.Schedule(t, post.ID, time.Now().Add(3*time.Second))
		posts = append(posts, post.ID)
	}
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	if _, err := app.Backup(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	p.published(posts...)
	p.stop()
	p.config.Data = filepath.Join(t.TempDir(), "data")
	if _, err := app.Restore(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	p.begin(p.config)
	p.published(posts...)
	if sent := p.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish, Text: "Sent after the backup"}); len(sent) != 3 {
		t.Errorf("%d posts stand on the networks, 3 were written: %+v", len(sent), sent)
	}
}

// published waits until posts are.
func (p *place) published(posts ...string) {
	p.t.Helper()
	for _, id := range posts {
		p.until("it is published", func() (bool, any) { s := p.Post(p.t, id).State; return s == "published", s })
	}
}

// What was to go out later and was brought forward after the backup is found, too; what
// is still to go out waits for its moment.
func TestWhatWasBroughtForwardAfterTheBackupGoesOutOnce(t *testing.T) {
	p := open(t, "sqlite", false)
	var posts []string
	later := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Minute)
	write := func(text, name string) string {
		post := p.Write(t, hand.Texts(text), hand.To(p.channels[name])...)
		p.Schedule(t, post.ID, later)
		return post.ID
	}
	for _, name := range []string{"bluesky", "mastodon", "facebook"} {
		posts = append(posts, write("Brought forward on "+name, name))
	}
	waits := write("For later", "mastodon")
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	if _, err := app.Backup(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	for _, id := range posts {
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+id+"/cancel", nil)
		p.Schedule(t, id, time.Time{})
	}
	p.published(posts...)
	p.stop()
	p.config.Data = filepath.Join(t.TempDir(), "data")
	if _, err := app.Restore(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	p.config.Delays = []string{"mastodon=1s"} // what is accepted is listed at once in good weather
	p.begin(p.config)
	p.published(posts...)
	p.until("what is for later waits", func() (bool, any) {
		post := p.Post(t, waits)
		return post.State == "scheduled" && post.DueAt != nil && post.DueAt.Equal(later), describe(post)
	})
	for text, want := range map[string]int{"Brought forward": 3, "For later": 0} {
		if sent := p.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish, Text: text}); len(sent) != want {
			t.Errorf("%d posts stand on the networks, and should be %d: %+v", len(sent), want, sent)
		}
	}
}

// PostgreSQL is copied by its own tools; the house is told of it.
func TestACopyOfPostgreSQLSendsNothingTwice(t *testing.T) {
	p := open(t, "postgres", false)
	post := p.Write(t, hand.Texts("Sent after the copy"), hand.To(p.channels["bluesky"], p.channels["mastodon"])...)
	p.Schedule(t, post.ID, time.Now().Add(2*time.Hour))
	p.stop()
	made := time.Now()
	address, err := url.Parse(p.config.DB)
	p.must(err)
	name := strings.TrimPrefix(address.Path, "/")
	admin := *address
	admin.Path = "/postgres"
	db, err := sql.Open("pgx", admin.String())
	p.must(err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "create database copy_of_"+name+" template "+name)
	p.must(err)
	p.begin(p.config)
	hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+post.ID+"/cancel", nil)
	p.out(post.ID)
	p.stop()
	address.Path = "/copy_of_" + name
	p.config.DB = address.String()
	if err := app.Restored(t.Context(), p.config, time.Time{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a moment: %v", err)
	}
	p.must(app.Restored(t.Context(), p.config, made))
	p.begin(p.config)
	p.published(post.ID)
	if sent := p.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish, Text: "Sent after the copy"}); len(sent) != 2 {
		t.Errorf("%d posts stand on the networks, 2 were written: %+v", len(sent), sent)
	}
}

// A backup that is cut off leaves nothing behind that could be started, and nothing in
// the way of a whole one.
func TestADamagedBackupLeavesNoHouse(t *testing.T) {
	p := open(t, "sqlite", false)
	p.Upload(t, "shop.png", picture(t), "the shop window")
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	if _, err := app.Backup(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	p.stop()
	whole, err := os.ReadFile(archive)
	p.must(err)
	p.config.Data = filepath.Join(t.TempDir(), "data")
	for _, n := range []int{5, len(whole) / 3, len(whole) * 9 / 10, len(whole) - 4} {
		cut := filepath.Join(t.TempDir(), "cut.tar.gz")
		p.must(os.WriteFile(cut, whole[:n], 0o600))
		if _, err := app.Restore(t.Context(), p.config, cut); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut off after %d of %d bytes: %v", n, len(whole), err)
		}
		if left, err := os.ReadDir(p.config.Data); err != nil || len(left) > 0 {
			t.Errorf("cut off after %d of %d bytes, it leaves %v, %v", n, len(whole), left, err)
		}
	}
	wal := filepath.Join(p.config.Data, "kith.db-wal")
	p.must(os.WriteFile(wal, []byte("of another database"), 0o600))
	if _, err := app.Restore(t.Context(), p.config, archive); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside what another database had not written yet: %v", err)
	}
	p.must(os.Remove(wal))
	other := p.config
	other.DB = "postgres://127.0.0.1:1/kith"
	if _, err := app.Restore(t.Context(), other, archive); !fault.Is(err, fault.Invalid) {
		t.Errorf("into PostgreSQL: %v", err)
	}
	if _, err := app.Restore(t.Context(), p.config, archive); err != nil {
		t.Fatal(err)
	}
	p.begin(p.config)
}

// isNoJSON: an image is read, and is no JSON.
func isNoJSON(err error) bool { _, refused := err.(*hand.Refused); return !refused } //nolint:errorlint // Ask gives it as it is

// texts counts what the inbox holds.
func (p *place) texts() map[string]int {
	p.t.Helper()
	all := map[string]int{}
	for cursor := ""; ; {
		page := hand.Do[api.Page[api.Conversation]](p.t, p.Hand, "GET", "/conversations?state=all&limit=200&cursor="+cursor, nil)
		for _, c := range page.Items {
			for _, m := range p.Messages(p.t, c.ID) {
				all[m.Text]++
			}
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}
