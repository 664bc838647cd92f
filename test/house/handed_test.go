package house

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// rests waits until nothing of a post is being handed over, and what is next is due later.
func (p *place) rests(post string) {
	p.t.Helper()
	p.until("it was looked at", func() (bool, any) {
		var due time.Time
		storetest.View(p.t, p.app.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			due, err = store.One[time.Time](ctx, tx, "select j.due_at from job j join publication p on p.job_id = j.id where p.post_id = $1 and j.state = 'open'", post)
			return err
		})
		return due.After(p.Clock.Now()), due
	})
}

// A channel that has to be connected again is asked for nothing before the time of a post;
// connected again, it gets the film still before that time, and shows it then, once.
func TestABrokenChannelIsHandedNothing(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		path := "/channels/" + p.channels["mastodon"]
		known, late := p.filmed("mastodon", "The press, filmed", 0), p.filmed("mastodon", "The press, refused", 1)
		due := p.Clock.Now().Add(90 * time.Minute).Truncate(time.Second)
		goesOn := func(post string) {
			t.Helper()
			p.Weather.Clear()
			p.settings["mastodon"]["token"] = p.Mastodon.Token("hirondelle")
			hand.Do[api.Channel](t, p.Hand, http.MethodPost, path+"/reconnect", api.Reconnect{Settings: p.settings["mastodon"]})
			p.Clock.Advance(6 * time.Minute)
			p.prepared(post)
			if now := p.Clock.Now(); !now.Before(due) {
				t.Errorf("connected again, it is handed over at %v, due at %v", now, due)
			}
			p.at(due)
			p.comes(post, "it is out", func(u api.Publication) bool { return u.State == "published" })
		}
		p.Schedule(t, known.ID, due)
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.TokenRevoked})
		if c := hand.Do[api.Channel](t, p.Hand, http.MethodPost, path+"/check", nil); c.Health.State != "broken" {
			t.Fatalf("refused, it is %+v", c.Health)
		}
		asked := p.asks("mastodon", "/media")
		p.at(due.Add(-59 * time.Minute))
		for range 3 {
			p.rests(known.ID)
			p.Clock.Advance(6 * time.Minute)
		}
		p.rests(known.ID)
		if u := p.all(known.ID)["mastodon"]; u.State != "scheduled" || asked.Load() > 0 {
			t.Errorf("a broken channel is asked %d times, and the post is %+v", asked.Load(), u)
		}
		goesOn(known.ID)

		// The first that is refused is the film itself.
		before := asked.Load()
		due = p.Clock.Now().Add(90 * time.Minute).Truncate(time.Second)
		p.Schedule(t, late.ID, due)
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.TokenRevoked, Action: sandbox.Upload})
		p.at(due.Add(-59 * time.Minute))
		p.until("it is refused", func() (bool, any) { return asked.Load() > before, asked.Load() })
		p.rests(late.ID)
		goesOn(late.ID)
		if all := p.ledger("mastodon", sandbox.Publish); len(all) != 2 {
			t.Errorf("seen: %+v", all)
		}
	})
}

// Whoever would hand over what is handed over already leaves it to its time: what is
// there is neither handed over again nor forgotten.
func TestWhatIsHandedOverComesOutWhoeverLooksAtIt(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		post := p.filmed("mastodon", "The press, filmed", 0)
		due := p.Clock.Now().Add(40 * time.Minute).Truncate(time.Second)
		p.Schedule(t, post.ID, due)
		p.prepared(post.ID)
		handed := len(p.ledger("mastodon", sandbox.Upload))
		type ahead struct {
			Workspace   string `json:"workspace"`
			Publication string `json:"publication"`
			Channel     string `json:"channel"`
			Ahead       bool   `json:"ahead"`
		}
		storetest.Do(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
			job, err := store.One[string](ctx, tx, "select job_id from publication where post_id = $1", post.ID)
			if err != nil {
				return err
			}
			workspace, err := store.One[string](ctx, tx, "select workspace from job where id = $1", job)
			if err != nil {
				return err
			}
			was, err := jobs.Get(ctx, tx, workspace, job)
			if err != nil {
				return err
			}
			if err := jobs.Cancel(ctx, tx, workspace, job); err != nil {
				return err
			}
			u, c := post.Publications[0].ID, p.channels["mastodon"]
			again, _, err := jobs.Insert(ctx, tx, jobs.Kind[ahead]{Name: "send"}, jobs.New{Workspace: workspace, Lane: c + "/ahead", Key: was.Key}, ahead{workspace, u, c, true})
			if err != nil {
				return err
			}
			return publish.Queued(ctx, tx, workspace, u, again)
		})
		p.rests(post.ID)
		if u := p.all(post.ID)["mastodon"]; u.State != "scheduled" || u.Error.It != nil {
			t.Errorf("looked at again, it is %+v", u)
		}
		p.at(due)
		p.comes(post.ID, "it is out", func(u api.Publication) bool { return u.State == "published" })
		if all := p.ledger("mastodon", sandbox.Publish); len(all) != 1 || all[0].At.Before(due) || len(p.ledger("mastodon", sandbox.Upload)) != handed {
			t.Errorf("due at %s, seen: %+v", due, all)
		}
	})
}
