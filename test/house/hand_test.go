package house

import (
	"context"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/test/hand"
)

// Where no program can publish, a person is reminded at the moment, publishes,
// and says so; numbers they read off are kept as entered by hand.
func TestAPersonPublishesWhatNoProgramCan(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		channel := p.Connect(t, "bereal", map[string]string{"handle": "@hirondelle"})
		post := p.Write(t, hand.Texts("The shop, as it is right now"), hand.To(channel.ID)...)
		p.Schedule(t, post.ID, time.Time{})
		var one api.Publication
		p.until("it waits for a person", func() (bool, any) {
			post = p.Post(t, post.ID)
			one = post.Publications[0]
			return post.State == "by_hand" && one.State == "by_hand", describe(post)
		})
		p.until("the second reminder is set", func() (bool, any) {
			var waiting int
			p.must(store.View(t.Context(), p.app.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				waiting, err = store.One[int](ctx, tx, "select count(*) from job where kind = 'remind' and state = 'open'")
				return err
			}))
			return waiting == 1, waiting
		})
		today := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil)
		if len(today.Urgent) != 1 || today.Urgent[0].TextKey != "post_by_hand" {
			t.Errorf("today says %+v", today.Urgent)
		}
		done := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/done", api.Done{URL: "https://bereal.test/p/1"})
		if done.State != "published" || done.Publications[0].URL != "https://bereal.test/p/1" {
			t.Errorf("done, it is %s", describe(done))
		}
		counted := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/counts", api.HandCounts{Counts: map[string]int64{"likes": 12}})
		if got := counted.Publications[0].Counts; got["likes"] != 12 || len(got) != 1 {
			t.Errorf("counted %v", got)
		}
	})
}

// What a network refused may still be published by hand; it is not sent again.
func TestWhatWasRefusedIsPublishedByHand(t *testing.T) {
	p := open(t, "sqlite", false)
	p.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenReduced, Network: "bluesky", Action: sandbox.Publish, Times: 1})
	post := p.Write(t, hand.Texts("long ago"), hand.To(p.channels["bluesky"])...)
	p.Schedule(t, post.ID, time.Time{})
	p.until("it is refused", func() (bool, any) {
		post = p.Post(t, post.ID)
		return post.State == "failed", describe(post)
	})
	id := post.Publications[0].ID
	if now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+id+"/by-hand", struct{}{}); now.State != "by_hand" {
		t.Fatalf("it is %s", describe(now))
	}
	if now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+id+"/done", api.Done{}); now.State != "published" {
		t.Errorf("it is %s", describe(now))
	}
	if n := len(p.written("bluesky", "long")); n != 0 {
		t.Errorf("%d went out", n)
	}
}
