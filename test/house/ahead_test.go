package house

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
	"github.com/kithhq/kith/test/port"
)

// filmed writes a post with a film of its own.
func (p *place) filmed(network, title string, bytes int) api.Post {
	p.t.Helper()
	film := p.Upload(p.t, title, hand.Film(5, 720, 1280, 200<<10+bytes), "")
	part, to := api.Part{Text: title, Media: []api.MediaUse{{ID: film.ID}}}, api.Target{ChannelID: p.channels[network]}
	switch network {
	case "youtube":
		part.Title, to.Options = title, map[string]string{"kids": "no"}
	case "instagram":
		to.Kind = "reel"
	}
	return p.Write(p.t, []api.Part{part}, to)
}

// comes lets time pass in small steps until a publication of a post is so.
func (p *place) comes(post, what string, so func(u api.Publication) bool) (u api.Publication) {
	p.t.Helper()
	steps := 0
	hand.Until(p.t, 2*time.Minute, what, func() (bool, any) {
		if steps++; steps%10 == 0 {
			p.Clock.Advance(8 * time.Second)
		}
		u = p.Post(p.t, post).Publications[0]
		return so(u), u
	})
	return u
}

func (p *place) prepared(post string) {
	p.t.Helper()
	if u := p.comes(post, "it is handed over", func(u api.Publication) bool { return u.Step.It != nil && u.Step.It.Public }); u.State != "scheduled" || u.Error.It != nil {
		p.t.Errorf("handed over, it is %+v", u)
	}
}

func (p *place) ledger(network string, action sandbox.Action) []sandbox.Entry {
	return p.Ledger.Entries(sandbox.Filter{Network: network, Action: action})
}

// findable gives the house an address at which networks fetch its files.
func (p *place) findable() {
	p.t.Helper()
	address, err := port.Free(p.t.Context())
	p.must(err)
	p.stop()
	p.config.Listen, p.config.PublicURL = address, "http://"+address
	p.begin(p.config)
}

// at moves the clock to a moment.
func (p *place) at(moment time.Time) {
	p.t.Helper()
	p.Clock.Advance(moment.Sub(p.Clock.Now()))
}

// A film is handed over in the hour before its post, and seen at the post's time by the
// minute, not before: also where the house was begun anew meanwhile, and where the post
// was given another moment, for which the film is not handed over again.
func TestAFilmIsHandedOverAhead(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"youtube", "instagram"} {
		t.Run(network, func(t *testing.T) {
			clocked(t, func(t *testing.T, p *place) {
				p.guest(network)
				post := p.filmed(network, "The press, filmed", 0)
				due := p.Clock.Now().Add(3 * time.Hour).Truncate(time.Second)
				p.Schedule(t, post.ID, due)
				p.at(due.Add(-61 * time.Minute))
				if u := p.Post(t, post.ID).Publications[0]; u.Step.It != nil || len(p.ledger(network, sandbox.Upload)) > 0 {
					t.Errorf("before its hour it is %+v", u)
				}
				p.at(due.Add(-59 * time.Minute))
				p.prepared(post.ID)
				handed := len(p.ledger(network, sandbox.Upload))
				if handed == 0 || len(p.ledger(network, sandbox.Publish)) > 0 {
					t.Fatalf("%d pieces handed over, and seen: %+v", handed, p.ledger(network, sandbox.Publish))
				}
				p.stop()
				p.begin(p.config)
				due = due.Add(30 * time.Minute)
				if u := p.Schedule(t, post.ID, due).Publications[0]; u.Step.It == nil || !u.Step.It.Public {
					t.Errorf("moved, it is %+v", u)
				}
				p.at(due.Add(-10 * time.Second))
				p.until("it is still kept", func() (bool, any) {
					u := p.Post(t, post.ID).Publications[0]
					return u.State == "scheduled", u
				})
				if all := p.ledger(network, sandbox.Publish); len(all) > 0 {
					t.Fatalf("too early: %+v", all)
				}
				p.at(due)
				p.comes(post.ID, "it is out", func(u api.Publication) bool { return u.State == "published" })
				all := p.ledger(network, sandbox.Publish)
				if len(all) != 1 || all[0].At.Before(due) || all[0].At.After(due.Add(20*time.Second)) {
					t.Errorf("due at %s, out as %+v", due, all)
				}
				if again := len(p.ledger(network, sandbox.Upload)); again != handed {
					t.Errorf("%d pieces were handed over, and %d more", handed, again-handed)
				}
			})
		})
	}
}

// What was handed over for a post that is taken back is deleted where nobody saw it; the
// changed one is handed over anew, and it alone is seen.
func TestWhatWasHandedOverIsForgotten(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("youtube")
		post := p.filmed("youtube", "The press", 0)
		due := p.Clock.Now().Add(30 * time.Minute)
		p.Schedule(t, post.ID, due)
		p.prepared(post.ID)
		first := p.ledger("youtube", sandbox.Upload)
		back := hand.Do[api.Post](t, p.Hand, http.MethodPost, "/posts/"+post.ID+"/unschedule", nil)
		gone := func(n int) {
			t.Helper()
			p.until("it is deleted there", func() (bool, any) {
				all := p.ledger("youtube", sandbox.Delete)
				return len(all) == n, all
			})
		}
		gone(1)
		if back.State != "draft" || p.ledger("youtube", sandbox.Delete)[0].Object != first[0].Object {
			t.Errorf("taken back it is %s, and deleted was %+v of %+v", back.State, p.ledger("youtube", sandbox.Delete), first)
		}
		back.Parts[0].Title = "The press, again"
		hand.Do[api.Post](t, p.Hand, http.MethodPut, "/posts/"+post.ID, api.Change{Revision: back.Revision, Draft: api.Draft{Parts: back.Parts,
			Publications: []api.Target{{ChannelID: p.channels["youtube"], Options: map[string]string{"kids": "no"}}}}})
		p.Schedule(t, post.ID, due)
		p.prepared(post.ID)
		p.at(due)
		p.comes(post.ID, "it is out", func(u api.Publication) bool { return u.State == "published" })
		if all := p.ledger("youtube", sandbox.Publish); len(all) != 1 || all[0].Object == first[0].Object {
			t.Errorf("seen: %+v", all)
		}
		cancelled := p.filmed("youtube", "Another", 1)
		p.Schedule(t, cancelled.ID, p.Clock.Now().Add(30*time.Minute))
		p.prepared(cancelled.ID)
		hand.Do[api.Post](t, p.Hand, http.MethodPost, "/posts/"+cancelled.ID+"/cancel", nil)
		gone(2)
		p.at(p.Clock.Now().Add(time.Hour))
		if all := p.ledger("youtube", sandbox.Publish); len(all) != 1 {
			t.Errorf("seen: %+v", all)
		}
	})
}

// What the network refuses is told before the time of the post, which is changed and comes
// out in time; what passes by itself is nothing that anybody has to do something about.
func TestARefusalIsHeardBeforeTheTime(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("youtube")
		p.Schedule(t, p.filmed("youtube", "The press", 0).ID, time.Time{})
		p.until("the first one is there", func() (bool, any) {
			p.Clock.Advance(time.Second)
			all := p.ledger("youtube", sandbox.Publish)
			return len(all) == 1, all
		})
		twin := p.filmed("youtube", "The very same press", 0)
		due := p.Clock.Now().Add(50 * time.Minute)
		p.Schedule(t, twin.ID, due)
		u := p.comes(twin.ID, "it is refused", func(u api.Publication) bool { return u.State == "failed" })
		if u.Error.It == nil || !strings.Contains(u.Error.It.Text, "already") || !p.Clock.Now().Before(due) {
			t.Errorf("refused as %+v at %s", u, p.Clock.Now())
		}
		day := hand.Do[api.Today](t, p.Hand, http.MethodGet, "/today", nil)
		if len(day.Urgent) != 1 || day.Urgent[0].TextKey != "post_failed" {
			t.Errorf("today says %+v", day.Urgent)
		}
		back := hand.Do[api.Post](t, p.Hand, http.MethodPost, "/posts/"+twin.ID+"/unschedule", nil)
		back.Parts[0].Media[0].ID = p.Upload(t, "other", hand.Film(5, 720, 1280, 300<<10), "").ID
		hand.Do[api.Post](t, p.Hand, http.MethodPut, "/posts/"+twin.ID, api.Change{Revision: back.Revision, Draft: api.Draft{Parts: back.Parts,
			Publications: []api.Target{{ChannelID: p.channels["youtube"], Options: map[string]string{"kids": "no"}}}}})
		p.Weather.Must(sandbox.Mishap{Network: "youtube", Kind: sandbox.ServerError, Action: sandbox.AnyWrite})
		p.Schedule(t, twin.ID, due)
		if u := p.comes(twin.ID, "the network is out of order", func(u api.Publication) bool { return u.Error.It != nil }); u.State != "scheduled" {
			t.Errorf("out of order, it is %+v", u)
		}
		p.Weather.Clear()
		p.at(p.Clock.Now().Add(2 * time.Minute))
		p.prepared(twin.ID)
		p.at(due)
		p.comes(twin.ID, "it is out", func(u api.Publication) bool { return u.State == "published" })
		if all := p.ledger("youtube", sandbox.Publish); len(all) != 2 || all[1].At.Before(due) || all[1].At.After(due.Add(20*time.Second)) {
			t.Errorf("due at %s, seen: %+v", due, all)
		}
	})
}

// While a film is handed over, what is due on the channel comes out; a post that is
// brought forward meanwhile goes on from where it is, once.
func TestHandingOverHoldsNothingUp(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.findable()
		p.guest("instagram")
		p.must(p.Gate.Stop(sandbox.Stop{Step: sandbox.Accepted, Network: "instagram", Action: sandbox.Upload, Match: "bytes", Times: 1, Hold: true}))
		film := p.filmed("instagram", "The press, filmed", 0)
		p.Schedule(t, film.ID, p.Clock.Now().Add(30*time.Minute))
		if len(p.Gate.Wait(t.Context(), 0)) == 0 {
			t.Fatal("nothing is handed over")
		}
		photo := p.Upload(t, "press.jpg", hand.Photo(640, 640), "")
		still := p.Write(t, []api.Part{{Text: "The press, still", Media: []api.MediaUse{{ID: photo.ID}}}}, hand.To(p.channels["instagram"])...)
		p.Schedule(t, still.ID, time.Time{})
		p.comes(still.ID, "what is due is out", func(u api.Publication) bool { return u.State == "published" })
		p.Schedule(t, film.ID, p.Clock.Now().Add(time.Second)) // brought forward
		p.Gate.Clear()
		p.comes(film.ID, "the film is out", func(u api.Publication) bool { return u.State == "published" })
		if all := p.ledger("instagram", sandbox.Publish); len(all) != 2 {
			t.Errorf("seen: %+v", all)
		}
	})
}

// all gives the publications of a post by their networks.
func (p *place) all(post string) map[string]api.Publication {
	p.t.Helper()
	all := map[string]api.Publication{}
	for _, u := range p.Post(p.t, post).Publications {
		all[string(u.Network)] = u
	}
	return all
}

// Every network that takes files before their time gets them then, once, also where the
// house was begun anew; nothing is seen before the time, all of it at the time, and what
// was cancelled never.
func TestFilmsAreHandedOverAheadWhereverThatIsPossible(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		networks := []string{"facebook", "linkedin", "mastodon", "pinterest", "x"}
		for _, name := range []string{"linkedin", "pinterest", "x"} {
			p.guest(name)
		}
		board := hand.Do[api.Page[api.Choice]](t, p.Hand, http.MethodGet, "/channels/"+p.channels["pinterest"]+"/choices/board", nil).Items[0].Value
		write := func(title string, bytes int) string {
			film := p.Upload(t, title, hand.Film(5, 720, 1280, 200<<10+bytes), "")
			var to []api.Target
			for _, name := range networks {
				one := api.Target{ChannelID: p.channels[name]}
				if name == "pinterest" {
					one.Options = map[string]string{"board": board}
				}
				to = append(to, one)
			}
			return p.Write(t, []api.Part{{Text: title, Title: title, Media: []api.MediaUse{{ID: film.ID}}}}, to...).ID
		}
		seen := func() (all []sandbox.Entry) {
			for _, name := range networks {
				all = append(all, p.ledger(name, sandbox.Publish)...)
			}
			return all
		}
		handed := func() map[string]int {
			all := map[string]int{}
			for _, name := range networks {
				all[name] = len(p.ledger(name, sandbox.Upload))
			}
			return all
		}
		ready := func(post string) {
			t.Helper()
			p.comes(post, "all of it is handed over", func(api.Publication) bool {
				for _, u := range p.all(post) {
					if u.State != "scheduled" || u.Error.It != nil {
						t.Fatalf("before its time %s is %+v: %+v", u.Network, u, u.Error.It)
					}
					if u.Step.It == nil || !u.Step.It.Public {
						return false
					}
				}
				return true
			})
		}
		due := p.Clock.Now().Add(90 * time.Minute).Truncate(time.Second) // keys of X last two hours
		post, cancelled := write("The press, filmed", 0), write("The press, never seen", 1)
		p.Schedule(t, post, due)
		p.Schedule(t, cancelled, due)
		p.at(due.Add(-61 * time.Minute))
		for name, n := range handed() {
			if n > 0 {
				t.Errorf("before its hour %d pieces are handed over to %s", n, name)
			}
		}
		p.at(due.Add(-59 * time.Minute))
		ready(post)
		ready(cancelled)
		pieces := handed()
		for name, n := range pieces {
			if n == 0 {
				t.Errorf("nothing is handed over to %s", name)
			}
		}
		hand.Do[api.Post](t, p.Hand, http.MethodPost, "/posts/"+cancelled+"/cancel", nil)
		p.stop()
		p.begin(p.config)
		p.at(due.Add(-10 * time.Second))
		p.until("it is still kept", func() (bool, any) {
			for _, u := range p.all(post) {
				if u.State != "scheduled" {
					return false, u
				}
			}
			return true, nil
		})
		if all := seen(); len(all) > 0 {
			t.Fatalf("too early: %+v", all)
		}
		p.at(due)
		p.comes(post, "it is out everywhere", func(api.Publication) bool { return p.Post(t, post).State == "published" })
		p.at(due.Add(time.Hour))
		p.until("nothing is left to do", func() (bool, any) {
			u := p.Post(t, cancelled)
			return u.State == "cancelled", u
		})
		for _, name := range networks {
			all := p.ledger(name, sandbox.Publish)
			if len(all) != 1 || all[0].At.Before(due) || all[0].At.After(due.Add(time.Minute)) || strings.Contains(all[0].Text, "never") {
				t.Errorf("due at %s, seen on %s: %+v", due, name, all)
			}
		}
		if again := handed(); !maps.Equal(again, pieces) {
			t.Errorf("handed over were %v, and in the end %v", pieces, again)
		}
	})
}

// A channel that is refused while its film is handed over is out of order and nothing more:
// the post waits for its time, and is neither tried nor given up before.
func TestARefusedKeyPublishesNothingEarly(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		post := p.filmed("mastodon", "The press, filmed", 0)
		due := p.Clock.Now().Add(90 * time.Minute).Truncate(time.Second)
		p.Schedule(t, post.ID, due)
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Kind: sandbox.TokenRevoked, Action: sandbox.Upload})
		p.at(due.Add(-59 * time.Minute))
		p.until("the channel is out of order", func() (bool, any) {
			h := p.health("mastodon")
			_, said := alerted(h, "channel_broken")
			return said, h.Alerts
		})
		for range 6 {
			p.Clock.Advance(8 * time.Minute)
			if u := p.all(post.ID)["mastodon"]; u.State != "scheduled" || len(p.ledger("mastodon", sandbox.Publish)) > 0 {
				t.Fatalf("before its time it is %+v", u)
			}
		}
	})
}
