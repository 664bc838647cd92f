package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// square is a network on which people do everything, or only what a quiet one lets them.
type square struct {
	stage   *Stage
	name    string
	quiet   bool // no comments and no messages, as on Pinterest
	n       int
	seen    []string
	blocked map[string]bool
}

func (q *square) Posts(string) []Post { return []Post{{ID: q.name + "-post", Account: q.name}} }
func (q *square) Comment(p Person, _, target, text string) (string, error) {
	if q.quiet {
		return "", ErrCannot
	}
	if q.blocked[p.ID] {
		return "", fmt.Errorf("said no: %w", ErrBlocked)
	}
	return q.keep("comment", p, target, text)
}
func (q *square) React(p Person, _, target, _ string) error {
	_, err := q.keep("react", p, target, "")
	return err
}
func (q *square) Follow(p Person, _ string) error {
	_, err := q.keep("follow", p, "", "")
	return err
}
func (q *square) Message(p Person, _, text string) (string, error) {
	if q.quiet {
		return "", ErrCannot
	}
	return q.keep("message", p, "", text)
}

// forum is a square on which people name an account elsewhere, too.
type forum struct{ *square }

func (f forum) Mention(p Person, account, text string) (string, error) {
	return f.keep("mention", p, account, text)
}

func (q *square) Thread(p Person, _ string) string { return "thread of " + p.ID }

func (q *square) keep(kind string, p Person, target, text string) (string, error) {
	q.n++
	q.seen = append(q.seen, fmt.Sprintf("%s %s %s on %s: %s", q.stage.Clock.Now().Format("Mon 15:04:05"), p.Name, kind, target, text))
	return fmt.Sprintf("%s-%d", q.name, q.n), nil
}

// town is a stage with several networks that stands still until it is moved.
func town(t *testing.T, names ...string) (*Stage, map[string]*square) {
	t.Helper()
	s := New(Options{Seed: 11, Frozen: true, Start: time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)})
	t.Cleanup(s.Close)
	all := map[string]*square{}
	for _, name := range names {
		q := &square{stage: s, name: name, quiet: name == "quiet", blocked: map[string]bool{}}
		all[name] = q
		s.Open(Network{Name: name, Plays: slices.Concat(TokenKinds(), ListKinds(), HookKinds()), Actor: q, Handler: http.NotFoundHandler(), Accounts: func() []Account { return []Account{{ID: name, Name: "Hirondelle"}} }})
	}
	return s, all
}

func begin(t *testing.T, s *Stage, want Scene) Scene {
	t.Helper()
	scene, err := s.Scripts.Start(want)
	if err != nil {
		t.Fatal(err)
	}
	return scene
}

func TestEveryScenarioReachesEveryNetworkAndIsTheSameForTheSameSeed(t *testing.T) {
	for _, p := range allPlays() {
		t.Run(p.Name, func(t *testing.T) {
			run := func() (map[string]*square, Scene) {
				s, all := town(t, "agora", "forum", "quiet")
				begin(t, s, Scene{Name: p.Name})
				s.Clock.Advance(max(p.usual, time.Hour) + time.Minute)
				if p.usual == 0 {
					s.Scripts.StopAll()
				}
				past := s.Scripts.Past()
				if len(s.Scripts.Scenes()) != 0 || len(past) != 1 {
					t.Fatalf("it did not end: %v, %v", s.Scripts.Scenes(), past)
				}
				if forecast := s.Weather.Forecast(); len(forecast) != 0 {
					t.Errorf("its weather stays: %v", forecast)
				}
				return all, past[0]
			}
			first, scene := run()
			again, _ := run()
			if scene.Failed > 0 || scene.Acts == 0 || p.usual > 0 && scene.Progress != 1 {
				t.Errorf("%+v", scene)
			}
			for name, q := range first {
				if !slices.Equal(q.seen, again[name].seen) {
					t.Errorf("%s: two runs with one seed differ", name)
				}
				if len(q.seen) == 0 && p.Name != "flood" && p.Name != "outage" && p.Name != "expiry" {
					t.Errorf("nobody was on %s", name)
				}
			}
			for _, w := range []words{p.About, p.Learn, {p.FR, p.EN}} {
				if w.FR == "" || w.EN == "" {
					t.Error("a trainer reads nothing about it in one of the languages")
				}
			}
		})
	}
}

func TestAScenarioSpeaksBothLanguagesAndNobodyRepeatsThemselves(t *testing.T) {
	s, all := town(t, "agora")
	begin(t, s, Scene{Name: "complaints", Intensity: 0.7})
	s.Clock.Advance(90 * time.Minute)
	french, english, texts := 0, 0, map[string]bool{}
	for _, line := range all["agora"].seen {
		_, text, _ := strings.Cut(line, ": ")
		if !strings.Contains(line, " comment ") {
			continue
		}
		if texts[text] {
			t.Errorf("said twice: %s", text)
		}
		texts[text] = true
		for _, u := range s.Scripts.scenes[0].told {
			if u.text == text && u.who.Lang == "fr" {
				french++
			} else if u.text == text {
				english++
			}
		}
	}
	if french == 0 || english == 0 {
		t.Errorf("%d French, %d English", french, english)
	}
}

// What was asked goes on as we answer: the same person, in their language, with what fits; who is not answered asks again.
func TestPeopleGoOnWithTheirStory(t *testing.T) {
	s, all := town(t, "agora")
	begin(t, s, Scene{Name: "complaints"})
	c := s.Scripts.scenes[0]
	for len(c.told) < 4 {
		s.Clock.Advance(time.Minute)
	}
	var answered, silent *utterance
	for _, u := range c.told {
		switch {
		case u.kind == "wave" && len(u.story.back) > 0 && answered == nil:
			answered = u
		case u.kind == "wave" && len(u.story.nudge) > 0 && silent == nil:
			silent = u
		}
	}
	s.Accepted(Entry{Network: "agora", Account: "agora", Action: Reply, Object: "ours", Parent: answered.id, Text: "We are sorry."})
	s.Clock.Advance(4 * time.Hour)
	has := func(u *utterance, lines []string) bool {
		return slices.ContainsFunc(all["agora"].seen, func(seen string) bool {
			return strings.Contains(seen, u.who.Name) && slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(seen, l) })
		})
	}
	if !has(answered, answered.story.back) {
		t.Errorf("%s heard nothing that fits: %q", answered.who.Name, answered.story.back)
	}
	if len(answered.story.nudge) > 0 && has(answered, answered.story.nudge) {
		t.Error("somebody who was answered asks again")
	}
	if silent != nil && !has(silent, silent.story.nudge) {
		t.Errorf("%s was not answered and did not ask again", silent.who.Name)
	}
	d := s.Scripts.Past()[0].Debrief
	if d.Answered != 1 || d.Asked < 5 || len(d.Missed) != min(d.Asked-1, mostMissed) || d.MedianS < 0 || d.SlowestS != answered.answered.Sub(answered.at).Seconds() {
		t.Errorf("%+v", d)
	}
}

func TestARaidComesBackUnderOtherNamesAndTheDebriefKnowsWhoWasWronged(t *testing.T) {
	s, all := town(t, "agora")
	begin(t, s, Scene{Name: "raid"})
	c := s.Scripts.scenes[0]
	for len(c.told) < 3 {
		s.Clock.Advance(time.Minute)
	}
	harm := c.told[slices.IndexFunc(c.told, func(u *utterance) bool { return u.kind == "harm" })]
	s.Accepted(Entry{Network: "agora", Account: "agora", Action: Hide, Object: harm.id, Text: "hidden"})
	for _, p := range s.Cast.Some(Troll, "") {
		all["agora"].blocked[p.ID] = true
	}
	s.Clock.Advance(40 * time.Minute)
	if c.TurnedAway == 0 {
		t.Fatal("nobody was turned away")
	}
	turned := c.TurnedAway
	clear(all["agora"].blocked)
	friend := slices.IndexFunc(c.told, func(u *utterance) bool { return u.kind == "defend" })
	if friend < 0 {
		s.Clock.Advance(30 * time.Minute)
		friend = slices.IndexFunc(c.told, func(u *utterance) bool { return u.kind == "defend" })
	}
	s.Accepted(Entry{Network: "agora", Account: "agora", Action: Hide, Object: c.told[friend].id, Text: "hidden"})
	s.Clock.Advance(2 * time.Hour)
	d := s.Scripts.Past()[0].Debrief
	if d.Hidden != 1 || d.Wronged != 1 || d.Harmful < 3 {
		t.Errorf("%+v", d)
	}
	words := map[string]int{}
	for _, u := range c.told {
		if u.kind == "harm" {
			words[strings.ToLower(strings.Trim(u.text, "!👉 "))]++
		}
	}
	if turned == 0 || !slices.ContainsFunc(slices.Collect(func(yield func(int) bool) {
		for _, n := range words {
			if !yield(n) {
				return
			}
		}
	}), func(n int) bool { return n > 1 }) {
		t.Errorf("nobody pasted the same words: %v", words)
	}
}

func TestAnExpiredKeyIsWellAgainWhenSomebodySignsIn(t *testing.T) {
	s, _ := town(t, "agora", "forum")
	begin(t, s, Scene{Name: "expiry", Network: "forum"})
	s.Clock.Advance(30 * time.Minute)
	if _, strikes := s.Weather.Strikes("forum", Publish, TokenExpired); !strikes {
		t.Fatal("the key has not expired")
	}
	if _, strikes := s.Weather.Strikes("forum", Token, TokenExpired); strikes {
		t.Error("nobody could sign in anew")
	}
	if _, strikes := s.Weather.Strikes("agora", Publish, TokenExpired); strikes {
		t.Error("another network is struck")
	}
	s.Scripts.renewed("agora")
	s.Scripts.renewed("forum")
	if _, strikes := s.Weather.Strikes("forum", Publish, TokenExpired); strikes {
		t.Error("it stays expired")
	}
}

func TestAScenarioIsStoppedWithItsWeather(t *testing.T) {
	s, all := town(t, "agora", "forum")
	scene := begin(t, s, Scene{Name: "outage", Network: "agora"})
	s.Clock.Advance(time.Hour)
	if now := s.Scripts.Scenes()[0]; now.Struck != "agora" || now.Phase != 1 || now.Progress < 0.3 {
		t.Errorf("%+v", now)
	}
	if !s.Scripts.Stop(scene.ID) || s.Scripts.Stop(scene.ID) {
		t.Error("it is stopped once")
	}
	acts := len(all["agora"].seen) + len(all["forum"].seen)
	s.Clock.Advance(5 * time.Hour)
	if len(s.Weather.Forecast()) > 0 || len(all["agora"].seen)+len(all["forum"].seen) != acts || !s.Scripts.Past()[0].Cancelled {
		t.Error("something of it goes on")
	}
	if _, err := s.Scripts.Start(Scene{Name: "calm", Network: "nowhere"}); err == nil || errors.Is(err, ErrCannot) {
		t.Errorf("%v", err)
	}
}

// On a launch day and in a wave of complaints people also speak of us elsewhere, in both
// languages; on a network without such a thing nothing fails.
func TestPeopleNameUsElsewhereWhenThereIsSomethingToTalkAbout(t *testing.T) {
	for _, name := range []string{"launch", "complaints"} {
		s := New(Options{Seed: 5, Frozen: true, Start: time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)})
		t.Cleanup(s.Close)
		loud, still := forum{&square{stage: s, name: "loud"}}, &square{stage: s, name: "still"}
		for name, actor := range map[string]Actor{"loud": loud, "still": still} {
			s.Open(Network{Name: name, Actor: actor, Handler: http.NotFoundHandler(), Accounts: func() []Account { return []Account{{ID: name, Name: "Hirondelle"}} }})
		}
		named := map[string]bool{}
		for range 4 {
			scene, err := s.Scripts.Start(Scene{Name: name})
			if err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(13 * time.Hour)
			for _, done := range append(s.Scripts.Scenes(), s.Scripts.Past()...) {
				if done.ID == scene.ID && done.Failed > 0 {
					t.Errorf("%s failed: %s", name, done.LastError)
				}
			}
			s.Scripts.Stop(scene.ID)
		}
		for _, line := range loud.seen {
			if strings.Contains(line, " mention on loud: ") {
				named[line] = true
			}
		}
		if len(named) < 4 {
			t.Errorf("%s: %d mentions", name, len(named))
		}
		for _, line := range still.seen {
			if strings.Contains(line, " mention ") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}
