package house

import (
	"bytes"
	"image"
	_ "image/jpeg" // what is made to fit
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// steps are what happened to a publication by hand.
func (p *place) steps(id string) (all []string) {
	p.t.Helper()
	for _, s := range hand.Do[api.Page[api.HandStep]](p.t, p.Hand, "GET", "/publications/"+id+"/history", nil).Items {
		all = append(all, s.What)
	}
	return all
}

// waits lets a post out by hand, now, and gives its publication when it waits for a
// person who was told.
func (p *place) waits(post api.Post) (one api.Publication) {
	p.t.Helper()
	p.Schedule(p.t, post.ID, time.Time{})
	p.until("it waits for a person", func() (bool, any) {
		post = p.Post(p.t, post.ID)
		one = post.Publications[0]
		return one.State == "by_hand" && slices.Contains(p.steps(one.ID), "reminded"), describe(post)
	})
	return one
}

// file reads a file that was made to fit.
func (p *place) file(path string) (kind string, data []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.URL+"/api/v1"+path, nil)
	p.must(err)
	r.Header.Set("Authorization", "Bearer "+p.Token)
	answer, err := p.Client.Do(r)
	p.must(err)
	defer answer.Body.Close()
	data, err = io.ReadAll(answer.Body)
	p.must(err)
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		p.t.Fatalf("%s: %s %s", path, answer.Status, data)
	}
	return answer.Header.Get("Content-Type"), data
}

// Where no program can publish, everything is prepared: files that fit, reminders, what
// confirms it; and numbers that are read off are kept as typed in.
func TestAPersonPublishesWhatNoProgramCan(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		channel := p.Connect(t, "snapchat", map[string]string{"handle": "@hirondelle"})
		m := p.Upload(t, "shop.jpg", hand.Photo(1600, 900), "The shop")
		post := p.Write(t, []api.Part{{Text: "The shop, as it is right now", Media: []api.MediaUse{{ID: m.ID}}}}, hand.To(channel.ID)...)
		one := p.waits(post)
		var files []api.Handed
		p.until("the picture fits", func() (bool, any) {
			files = hand.Do[api.Page[api.Handed]](t, p.Hand, "GET", "/publications/"+one.ID+"/files", nil).Items
			return len(files) == 1 && files[0].State == "ready", files
		})
		kind, data := p.file("/publications/" + one.ID + "/files/0")
		shape, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || kind != "image/jpeg" || shape.Width*16 < shape.Height*9-16 || shape.Width*16 > shape.Height*9+16 || int64(len(data)) != files[0].Bytes {
			t.Errorf("it became %s of %d × %d, %d bytes (%v): %+v", kind, shape.Width, shape.Height, len(data), err, files[0])
		}
		left := hand.Do[api.Page[api.Handed]](t, p.Hand, "PUT", "/publications/"+one.ID+"/files/0", api.Crop{X: 0, Y: 0.5}).Items[0]
		if left.Crop.X != 0 || left.Crop.Width >= 1600 || left.State == "ready" {
			t.Errorf("the left of it is %+v", left)
		}
		today := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil)
		if len(today.Urgent) != 1 || today.Urgent[0].TextKey != "post_by_hand" {
			t.Errorf("today says %+v", today.Urgent)
		}
		done := "/publications/" + one.ID + "/done"
		for address, why := range map[string]string{"": "neither", "https://example.org/p/1": "not an address of this network", "https://www.snapchat.com/": "not the post", "javascript:alert(1)": "not a web address"} {
			if no := p.refused(p.Hand, 422, "POST", done, api.Done{URL: address}); !strings.Contains(no.Detail, why) || no.Field != "url" {
				t.Errorf("“%s” is refused with %+v", address, no)
			}
		}
		now := hand.Do[api.Post](t, p.Hand, "POST", done, api.Done{URL: "http://www.Snapchat.com/spotlight/W7_abc/?share_id=x&locale=fr#top"})
		if got := now.Publications[0]; now.State != "published" || got.URL != "https://www.snapchat.com/spotlight/W7_abc" || !got.Said {
			t.Errorf("done, it is %s at %s", describe(now), got.URL)
		}
		p.until("what a person published is counted", func() (bool, any) {
			all, _ := p.figures()
			n := figure(all, "kith_posts_total", "network", "snapchat", "result", "published")
			return n == 1, n
		})
		counted := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/counts", api.HandCounts{Counts: map[string]int64{"likes": 12}})
		if got := counted.Publications[0]; got.Counts["likes"] != 12 || len(got.Counts) != 1 || got.CountedBy != "by_hand" {
			t.Errorf("counted %v by %s", got.Counts, got.CountedBy)
		}
		if got := strings.Join(p.steps(one.ID), " "); got != "handed reminded confirmed counted" {
			t.Errorf("its history is %s", got)
		}
		measured := hand.Do[api.Page[api.PostMeasure]](t, p.Hand, "GET", "/measures/posts", nil).Items
		if len(measured) != 1 || measured[0].CountedBy != "by_hand" {
			t.Errorf("measured %+v", measured)
		}

		// The same address for another post is pointed out, and taken when it is said twice.
		other := p.waits(p.Write(t, []api.Part{{Text: "Once more", Media: []api.MediaUse{{ID: m.ID}}}}, hand.To(channel.ID)...))
		again := api.Done{URL: "https://www.snapchat.com/spotlight/W7_abc"}
		if no := p.refused(p.Hand, 409, "POST", "/publications/"+other.ID+"/done", again); !strings.Contains(no.Detail, "The shop, as it is right now") {
			t.Errorf("it is refused with %+v", no)
		}
		again.Twice = true
		if now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+other.ID+"/done", again); now.State != "published" {
			t.Errorf("it is %s", describe(now))
		}
	})
}

// What waits is put off, left with a reason, taken up again; and what nobody confirms is
// told to those who lead, and never counted as published.
func TestWhatNobodyConfirmsIsNotPublished(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		channel := p.Connect(t, "bereal", map[string]string{"handle": "@hirondelle"})
		write := func(text string) api.Post { return p.Write(t, hand.Texts(text), hand.To(channel.ID)...) }
		// later lets time pass until something has happened.
		later := func(id, what string, pace time.Duration) {
			t.Helper()
			p.until(what, func() (bool, any) {
				p.Clock.Advance(pace)
				steps := p.steps(id)
				return slices.Contains(steps, what), steps
			})
		}
		forgotten := write("Nobody comes to it")
		one := p.waits(forgotten)
		later(one.ID, "escalated", 2*time.Minute)
		later(one.ID, "missed", time.Hour)
		if got := strings.Join(p.steps(one.ID), " "); got != "handed reminded reminded escalated missed" {
			t.Errorf("its history is %s", got)
		}
		now := p.Post(t, forgotten.ID)
		if now.State != "unconfirmed" || now.Publications[0].PublishedAt != nil {
			t.Errorf("it is %s", describe(now))
		}
		if found := hand.Do[api.Page[api.PostMeasure]](t, p.Hand, "GET", "/measures/posts", nil).Items; len(found) != 0 {
			t.Errorf("it is counted: %+v", found)
		}
		if today := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil); len(today.Urgent) != 1 || today.Urgent[0].TextKey != "post_unconfirmed" {
			t.Errorf("today says %+v", today.Urgent)
		}

		p.refused(p.Hand, 422, "POST", "/publications/"+one.ID+"/snooze", api.Later{Until: p.Clock.Now().Add(-time.Hour)})
		hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/by-hand", struct{}{})
		until := p.Clock.Now().Add(3 * time.Hour)
		put := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/snooze", api.Later{Until: until, Reason: "After the reading"})
		if got := put.Publications[0]; put.State != "by_hand" || got.WaitsSince == nil || !got.WaitsSince.Equal(until.UTC().Truncate(time.Microsecond)) {
			t.Errorf("put off, it is %s since %v", describe(put), got.WaitsSince)
		}
		if today := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil); len(today.Urgent) != 0 {
			t.Errorf("today says %+v", today.Urgent)
		}
		before := len(p.steps(one.ID))
		p.until("they are reminded then", func() (bool, any) {
			p.Clock.Advance(10 * time.Minute)
			steps := p.steps(one.ID)
			if len(steps) > before && p.Clock.Now().Before(until) {
				t.Fatalf("reminded before that: %v", steps)
			}
			return len(steps) > before, steps
		})
		p.refused(p.Hand, 422, "POST", "/publications/"+one.ID+"/skip", api.Why{Reason: " "})
		left := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/skip", api.Why{Reason: "The moment is over"})
		if left.State != "unconfirmed" {
			t.Errorf("left, it is %s", describe(left))
		}
		late := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/done", api.Done{None: true})
		all := hand.Do[api.Page[api.HandStep]](t, p.Hand, "GET", "/publications/"+one.ID+"/history", nil).Items
		if last := all[len(all)-1]; late.State != "published" || last.What != "confirmed" || last.Proof != "none" || last.By != "Camille" || all[len(all)-2].Note != "The moment is over" {
			t.Errorf("confirmed late, it is %s, and its history ends with %+v", describe(late), all[len(all)-2:])
		}
	})
}

// What a program could publish is published by hand where somebody chose so: it takes
// what no program can, waits like all others, and nothing goes out by itself.
func TestAPersonMayPublishWhatAProgramCould(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		to := hand.To(p.channels["facebook"])
		to[0].Hand = api.Hand{Chosen: true, More: []string{"music"}, Note: "The song of the trailer"}
		parts := []api.Part{{Text: "Which one first?", Poll: &api.Poll{Options: []string{"This", "That"}, Minutes: 60}}}
		check := func(targets []api.Target) []api.Wrong {
			return hand.Do[api.Checked](t, p.Hand, "POST", "/posts/check", api.Check{Parts: parts, Channels: targets}).Channels[0].Problems
		}
		if wrong := check(hand.To(p.channels["facebook"])); !slices.ContainsFunc(wrong, func(w api.Wrong) bool { return w.Level == "error" && w.Key == "no_poll" }) {
			t.Errorf("a program could: %+v", wrong)
		}
		if wrong := check(to); slices.ContainsFunc(wrong, func(w api.Wrong) bool { return w.Level == "error" }) {
			t.Errorf("a person could not: %+v", wrong)
		}
		one := p.waits(p.Write(t, parts, to...))
		if !one.Hand.Chosen || one.Hand.Note != "The song of the trailer" || !slices.Equal(one.Hand.More, []string{"music"}) {
			t.Errorf("what was decided is lost: %+v", one.Hand)
		}
		screenshot := p.Upload(t, "seen.jpg", hand.Photo(300, 600), "")
		now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/done", api.Done{Proof: screenshot.ID})
		if now.State != "published" || now.Publications[0].Proof != screenshot.ID {
			t.Errorf("it is %s", describe(now))
		}
		if n := len(p.written("facebook", "Which")); n != 0 {
			t.Errorf("%d went out", n)
		}
		if no := p.refused(p.Hand, 422, "DELETE", "/publications/"+one.ID+"/remote", nil); !strings.Contains(no.Hint, "on the network itself") {
			t.Errorf("deleting it is refused with %+v", no)
		}
		counted := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+one.ID+"/counts", api.HandCounts{Counts: map[string]int64{"likes": 3}})
		if counted.Publications[0].CountedBy != "by_hand" {
			t.Errorf("counted by %s", counted.Publications[0].CountedBy)
		}
	})
}

// What a network refused may still be published by hand; it is not sent again.
func TestWhatWasRefusedIsPublishedByHand(t *testing.T) {
	t.Parallel()
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
	if now := hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+id+"/done", api.Done{None: true}); now.State != "published" {
		t.Errorf("it is %s", describe(now))
	}
	if n := len(p.written("bluesky", "long")); n != 0 {
		t.Errorf("%d went out", n)
	}
}
