package house

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/test/hand"
)

// What a post and all that belongs to it take of the calls that a network allows is kept
// for its day when it is scheduled and free again when it is taken back; what does not fit
// is refused with the next possible time, the same that the composer shows.
func TestTheCallsOfAPostAreKeptForItsDay(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"youtube": {"quotas": [{"name": "calls", "max": 250, "daily": "UTC", "per": "app"}], "call_costs": {"GET": 0}}}`), 0o600))
		p.stop()
		p.begin(p.config)
		settings, err := p.Invite(t.Context(), "youtube", p.URL)
		p.must(err)
		to := api.Target{ChannelID: p.Connect(t, "youtube", settings).ID, Options: map[string]string{"kids": "no"}}
		film, cover := p.Upload(t, "press.mp4", hand.Film(5, 1280, 720, 200<<10), "").ID, p.Upload(t, "cover.png", picture(t), "").ID
		plain := []api.Part{{Title: "The press", Text: "The press", Media: []api.MediaUse{{ID: film}}}}
		whole := []api.Part{{Title: "The press", Text: "The press", Media: []api.MediaUse{{ID: film, Cover: cover}}}, {Text: "More below"}}
		noon := time.Now().UTC().Truncate(24 * time.Hour).Add(60 * time.Hour)
		room := func(parts []api.Part, at time.Time) api.Room {
			t.Helper()
			all := hand.Do[api.Checked](t, p.Hand, "POST", "/posts/check", api.Check{Parts: parts, Channels: []api.Target{to}, DueAt: &at}).Channels[0].Quotas
			if len(all) != 1 || all[0].Name != "calls" {
				t.Fatalf("%+v", all)
			}
			return all[0]
		}
		if r := room(whole, noon); r.Needs != 160 || r.Used != 0 || !r.Fits {
			t.Errorf("a video, its cover and a comment take %+v", r)
		}
		first := p.Write(t, whole, to).ID
		p.Schedule(t, first, noon)
		second := p.Write(t, whole, to).ID
		err = p.Ask(t.Context(), "POST", "/posts/"+second+"/schedule", api.Due{DueAt: &noon}, nil)
		var refused *hand.Refused
		next := noon.Truncate(24 * time.Hour).Add(24 * time.Hour)
		paris, zoneErr := time.LoadLocation("Europe/Paris")
		p.must(zoneErr)
		if !errors.As(err, &refused) || refused.Status != 422 || refused.Problem.Field != "due_at" || !strings.Contains(refused.Problem.Detail, "160 of the 250 calls") ||
			!strings.Contains(refused.Problem.Hint, next.In(paris).Format("2006-01-02 15:04")) {
			t.Fatalf("a second one: %v", err)
		}
		if r := room(whole, noon); r.Used != 160 || r.Fits || r.Next == nil || !r.Next.Equal(next) {
			t.Errorf("the composer says %+v", r)
		}
		if r := room(plain, noon); r.Needs != 60 || !r.Fits {
			t.Errorf("without all that it says %+v", r)
		}
		p.Schedule(t, second, next)
		if r := room(plain, next); r.Used != 160 {
			t.Errorf("the next day has %+v", r)
		}
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+second+"/unschedule", nil) // moved
		p.Schedule(t, second, next.Add(24*time.Hour))
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+first+"/cancel", nil)
		for _, at := range []time.Time{noon, next} {
			if r := room(whole, at); r.Used != 0 || !r.Fits {
				t.Errorf("what was taken back is kept on %s: %+v", at, r)
			}
		}
		p.Schedule(t, first, noon.Add(96*time.Hour))
		for _, n := range []int{610, 160} { // subtitles that come, and go, when it is scheduled already
			if n > 160 {
				p.subtitle(film, "en", "press.vtt", []byte(inEnglish))
			} else {
				p.must(p.Ask(t.Context(), "DELETE", "/media/"+film+"/subtitles/en", nil, nil))
			}
			if r := room(plain, noon.Add(96*time.Hour)); r.Used != n {
				t.Errorf("%d calls are to be kept, and it says %+v", n, r)
			}
		}
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+first+"/cancel", nil)
		for _, lang := range []string{"en", "fr"} {
			p.subtitle(film, lang, "press.vtt", []byte(inEnglish))
		}
		err = p.Ask(t.Context(), "POST", "/posts/"+first+"/schedule", api.Due{DueAt: &noon}, nil)
		if !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(refused.Problem.Detail, "about 1060 calls") {
			t.Errorf("two languages that never fit: %v", err)
		}
		if r := room(whole, noon); r.Needs != 1060 || r.Fits || r.Next != nil {
			t.Errorf("of what never fits the composer says %+v", r)
		}
	})
}
