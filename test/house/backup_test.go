package house

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
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
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// A backup that is made while Kith runs comes back in a fresh folder. With the
// newer facts beside it, nothing that people said since is missing.
func TestABackupComesBack(t *testing.T) { each(t, comesBack) }

func comesBack(t *testing.T, p *place) {
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
		_, err := app.Backup(t.Context(), p.config, archive, nil)
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
	p.elsewhere()
	n, err := app.Restore(t.Context(), p.config, archive, nil)
	if err != nil || n < 3 {
		t.Fatalf("%d files came back: %v", n, err)
	}
	if _, err := app.Restore(t.Context(), p.config, archive, nil); err == nil {
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

// elsewhere gives the next house another folder, and an empty database.
func (p *place) elsewhere() {
	p.t.Helper()
	p.config.Data = filepath.Join(p.t.TempDir(), "data")
	if p.config.DB != "" {
		p.config.DB = storetest.PostgresURL(p.t)
	}
}

func TestWhatWentOutAfterTheBackupGoesOutOnce(t *testing.T) { each(t, wentOut) }

func wentOut(t *testing.T, p *place) {
	var posts []string
	for _, name := range []string{"bluesky", "mastodon", "facebook"} {
		post := p.Write(t, hand.Texts("Sent after the backup, on "+name), hand.To(p.channels[name])...)
		p.Schedule(t, post.ID, time.Now().Add(3*time.Second))
		posts = append(posts, post.ID)
	}
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	if _, err := app.Backup(t.Context(), p.config, archive, nil); err != nil {
		t.Fatal(err)
	}
	p.published(posts...)
	p.stop()
	p.elsewhere()
	if _, err := app.Restore(t.Context(), p.config, archive, nil); err != nil {
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
func TestWhatWasBroughtForwardAfterTheBackupGoesOutOnce(t *testing.T) { each(t, broughtForward) }

func broughtForward(t *testing.T, p *place) {
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
	if _, err := app.Backup(t.Context(), p.config, archive, nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range posts {
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+id+"/cancel", nil)
		p.Schedule(t, id, time.Time{})
	}
	p.published(posts...)
	p.stop()
	p.elsewhere()
	if _, err := app.Restore(t.Context(), p.config, archive, nil); err != nil {
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

// PostgreSQL may be copied by its own tools, too; the house is told of it.
func TestACopyOfPostgreSQLSendsNothingTwice(t *testing.T) {
	t.Parallel()
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
func TestADamagedBackupLeavesNoHouse(t *testing.T) { each(t, damaged) }

func damaged(t *testing.T, p *place) {
	p.Upload(t, "shop.png", picture(t), "the shop window")
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	if _, err := app.Backup(t.Context(), p.config, archive, nil); err != nil {
		t.Fatal(err)
	}
	p.stop()
	whole, err := os.ReadFile(archive)
	p.must(err)
	p.elsewhere()
	for _, n := range []int{5, len(whole) / 3, len(whole) * 9 / 10, len(whole) - 4} {
		cut := filepath.Join(t.TempDir(), "cut.tar.gz")
		p.must(os.WriteFile(cut, whole[:n], 0o600))
		if _, err := app.Restore(t.Context(), p.config, cut, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut off after %d of %d bytes: %v", n, len(whole), err)
		}
		if left, err := os.ReadDir(p.config.Data); err != nil || len(left) > 0 {
			t.Errorf("cut off after %d of %d bytes, it leaves %v, %v", n, len(whole), left, err)
		}
	}
	wal := filepath.Join(p.config.Data, "kith.db-wal")
	p.must(os.WriteFile(wal, []byte("of another database"), 0o600))
	if _, err := app.Restore(t.Context(), p.config, archive, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside what another database had not written yet: %v", err)
	}
	p.must(os.Remove(wal))
	key := filepath.Join(p.config.Data, secret.KeyFile)
	p.must(os.WriteFile(key, []byte("of another house"), 0o600))
	if _, err := app.Restore(t.Context(), p.config, archive, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside the master key of another database: %v", err)
	}
	p.must(os.Remove(key))
	other := p.config
	other.Key = secret.Text(strings.Repeat("ab", 32))
	if _, err := app.Restore(t.Context(), other, archive, nil); !fault.Is(err, fault.Denied) {
		t.Errorf("with a master key that opens nothing: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if _, err := app.Restore(ctx, p.config, archive, func(app.Progress) { stop() }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if left, err := os.ReadDir(p.config.Data); err != nil || len(left) > 0 {
		t.Errorf("all that leaves %v, %v", left, err)
	}
	_, err = app.Restore(t.Context(), p.config, archive, nil)
	p.must(err)
	p.begin(p.config)
}

// What is deleted while a backup is written does not take others with it, and what is
// stopped leaves nothing.
func TestABackupIsWholeOrNotThere(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.Upload(t, "shop.png", picture(t), "the shop window")
		root := filepath.Join(p.config.Data, "files")
		for _, name := range []string{"aa/first.png", "aa/.half-1", "bb/gone.png", "zz/last.png"} {
			p.must(os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
			p.must(os.WriteFile(filepath.Join(root, name), []byte(name), 0o600))
		}
		folder := t.TempDir()
		archive := filepath.Join(folder, "kith.tar.gz")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for part, ctx := range map[string]context.Context{"database": ctx, "files": ctx} {
			if _, err := app.Backup(ctx, p.config, archive, func(now app.Progress) {
				if now.Part == part {
					stop()
				}
			}); !errors.Is(err, context.Canceled) {
				t.Errorf("stopped in %s: %v", part, err)
			}
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("it leaves %v, %v", left, err)
		}
		_, err := app.Backup(t.Context(), p.config, archive, func(now app.Progress) {
			if now.Part == "files" {
				_ = os.Remove(filepath.Join(root, "bb/gone.png")) // once is enough
			}
		})
		p.must(err)
		if _, err := app.Backup(t.Context(), p.config, archive, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("over another backup: %v", err)
		}
		if _, err := app.Restore(t.Context(), p.config, archive, nil); err == nil {
			t.Error("a backup was put back where a house runs")
		}
		p.stop()
		p.elsewhere()
		_, err = app.Restore(t.Context(), p.config, archive, nil)
		p.must(err)
		root = filepath.Join(p.config.Data, "files")
		for name, want := range map[string]bool{"aa/first.png": true, "aa/.half-1": false, "bb/gone.png": false, "zz/last.png": true} {
			if _, err := os.Stat(filepath.Join(root, name)); (err == nil) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		p.begin(p.config)
	})
}

// A house on SQLite moves to PostgreSQL by its backup: what people said, what is planned and
// what is to be found move with it. It does not move back.
func TestAHouseMovesToPostgreSQL(t *testing.T) {
	t.Parallel()
	p := open(t, "sqlite", false)
	image := p.Upload(t, "shop.png", picture(t), "the shop window")
	p.publish("Before the move", "mastodon", "facebook")
	p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "said before the move"})
	c := p.conversation("facebook", "said before the move")
	p.answer("facebook", c.ID, "answered before the move", false)
	later := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Minute)
	planned := p.Write(t, hand.Texts("For after the move"), hand.To(p.channels["mastodon"])...)
	p.Schedule(t, planned.ID, later)
	archive := filepath.Join(t.TempDir(), "kith.tar.gz")
	_, err := app.Backup(t.Context(), p.config, archive, nil)
	p.must(err)
	p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "said after the backup"})
	p.conversation("facebook", "said after the backup")
	before := p.texts()
	p.stop()

	old := p.config
	p.elsewhere()
	p.config.DB = storetest.PostgresURL(t)
	_, err = app.Restore(t.Context(), p.config, archive, nil)
	p.must(err)
	p.must(os.CopyFS(filepath.Join(p.config.Data, "facts"), os.DirFS(filepath.Join(old.Data, "facts"))))
	p.config.Delays = []string{"mastodon=1s"} // what is accepted is listed at once in good weather
	p.begin(p.config)
	p.until("everything that was heard is there again", func() (bool, any) { now := p.texts(); return maps.Equal(now, before), now })
	p.until("what is planned waits", func() (bool, any) {
		got := p.Post(t, planned.ID)
		return got.State == "scheduled" && got.DueAt != nil && got.DueAt.Equal(later), describe(got)
	})
	found := hand.Do[api.Page[api.Hit]](t, p.Hand, "GET", "/search?q=before+move", nil)
	if len(found.Items) == 0 {
		t.Error("what was said before is not found")
	}
	if err := p.Ask(t.Context(), "GET", "/media/"+image.ID, nil, nil); err != nil && !isNoJSON(err) {
		t.Errorf("the image: %v", err)
	}
	p.answer("facebook", c.ID, "answered after the move", false)
	p.publish("After the move", "mastodon", "facebook")

	back := filepath.Join(t.TempDir(), "back.tar.gz")
	_, err = app.Backup(t.Context(), p.config, back, nil)
	p.must(err)
	old.Data = filepath.Join(t.TempDir(), "data")
	if _, err := app.Restore(t.Context(), old, back, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("back into SQLite: %v", err)
	}
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
