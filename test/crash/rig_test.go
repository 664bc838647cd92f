package crash

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// each is how many accounts there are on each network.
const each = 2

// delay is how long these networks may take to list what they accepted, and
// listedAfter how long they take. The networks' own delays are dated facts and
// 90 s and more; here both are made shorter by the same measure, so that a
// hundred rounds fit into an hour. The real 90 s are played in the house tests,
// on a clock that can be moved.
const (
	delay       = 3 * time.Second
	listedAfter = 2.0
)

// marker is what tells every part and every answer from all others.
var marker = regexp.MustCompile(`zq[0-9a-z]+x`)

// filler makes a text long enough that half a request holds its marker.
var filler = strings.Repeat(" lorem ipsum dolor sit amet", 8)

// rig is a stage, a child on it, and accounts that people have talked to.
type rig struct {
	*stage
	child    *child
	channels []connected
	media    map[string]string // files by what they are
	films    int               // made so far
	sum      report
}

// connected is an account, its channel, and a conversation to answer in.
type connected struct {
	account
	channel      string
	conversation string
}

func newRig(t *testing.T, step, engine string) *rig {
	t.Helper()
	r := &rig{stage: newStage(t), sum: report{step: step, engine: engine}}
	c := config.Config{Read: 10 * time.Second}
	for name := range r.urls {
		if name != "bluesky" { // its records have names of our choosing
			c.Delays = append(c.Delays, name+"="+delay.String())
		}
	}
	r.fit(&c)
	r.child = newChild(t, engine, c)
	r.child.start(t)
	r.files(t)
	var first []api.Post
	for _, a := range r.accounts(each) {
		ch := r.child.hand.Connect(t, a.network, a.settings)
		r.channels = append(r.channels, connected{account: a, channel: ch.ID})
		parts, to := r.target(t, r.channels[len(r.channels)-1], a.ways[0], []string{"What do you read on " + a.id + "?"})
		p := r.child.hand.Write(t, parts, to)
		first = append(first, r.child.hand.Schedule(t, p.ID, time.Time{}))
	}
	for i := range r.channels {
		hand.Until(t, time.Minute, "the first post is out", func() (bool, any) {
			p := r.child.hand.Post(t, first[i].ID)
			return p.State == "published", p
		})
		if !r.channels[i].talks {
			continue
		}
		if _, err := r.Scripts.Do(sandbox.Act{Network: r.channels[i].network, Account: r.channels[i].id, Mood: sandbox.Fan, Kind: "comment", Text: "Everything, and you?"}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range r.channels {
		ch := &r.channels[i]
		if !ch.talks {
			continue
		}
		hand.Until(t, 2*time.Minute, "the comment on "+ch.network+" is there", func() (bool, any) {
			all := hand.Do[api.Page[api.Conversation]](t, r.child.hand, "GET", "/conversations?channel="+ch.channel, nil)
			if len(all.Items) > 0 {
				ch.conversation = all.Items[0].ID
			}
			return len(all.Items) > 0, len(all.Items)
		})
	}
	return r
}

// batch is what goes out in one round.
type batch struct {
	posts   map[string][]string // by post: the markers of its parts
	answers map[string]string   // by message: its marker
	of      map[string]string   // by message: its conversation
	target  []string            // the markers at which the kill strikes, of posts and answers
}

func (b *batch) markers() (all []string) {
	for _, parts := range b.posts {
		all = append(all, parts...)
	}
	for _, one := range b.answers {
		all = append(all, one)
	}
	return all
}

// write writes a post for each channel, in one of the ways of its network. The
// part that the kill strikes is another one each round.
func (r *rig) write(t *testing.T, round int) *batch {
	t.Helper()
	b := &batch{posts: map[string][]string{}, answers: map[string]string{}, of: map[string]string{}}
	for i, c := range r.channels {
		w := c.ways[round%len(c.ways)]
		var marks, texts []string
		for n := range w.texts {
			mark := fmt.Sprintf("zq%04dc%dp%dx", round, i, n)
			marks, texts = append(marks, mark), append(texts, mark+filler)
		}
		parts, to := r.target(t, c, w, texts)
		p := r.child.hand.Write(t, parts, to)
		b.posts[p.ID] = marks
		b.target = append(b.target, marks[round%w.texts])
		if c.talks {
			b.target = append(b.target, answerMark(round, i))
		}
	}
	return b
}

func answerMark(round, channel int) string { return fmt.Sprintf("zq%04dc%dax", round, channel) }

func (r *rig) schedule(t *testing.T, b *batch, due time.Time) {
	t.Helper()
	for id := range b.posts {
		r.child.hand.Schedule(t, id, due)
	}
}

// answer answers in every conversation.
func (r *rig) answer(t *testing.T, b *batch, round int) {
	t.Helper()
	for i, c := range r.channels {
		if !c.talks {
			continue
		}
		mark := answerMark(round, i)
		m := hand.Do[api.Message](t, r.child.hand, "POST", "/conversations/"+c.conversation+"/reply", api.Reply{Text: mark + filler})
		b.answers[m.ID], b.of[m.ID] = mark, c.conversation
	}
}

// settled waits until nothing of a batch is on its way any more. asked is how
// many of them Kith asks a person about.
func (r *rig) settled(t *testing.T, b *batch, within time.Duration) (asked int, late []string) {
	t.Helper()
	open := map[string]bool{}
	for id := range b.posts {
		open[id] = true
	}
	for id := range b.answers {
		open[id] = true
	}
	end := r.child.began.Add(within)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		for id := range b.posts {
			if !open[id] {
				continue
			}
			p := r.child.hand.Post(t, id)
			switch u := p.Publications[0]; {
			case p.State == "published" || p.State == "failed":
				delete(open, id)
			case p.State == "unclear" && u.Error.It != nil && strings.HasPrefix(u.Error.It.Hint, "Look on the network"):
				delete(open, id)
				asked++
				t.Logf("a person is asked: %s, seen %d", u.Error.It.Text, len(u.Seen))
			}
		}
		r.messages(t, b, open)
		if len(open) == 0 || time.Now().After(end) {
			break
		}
		<-tick.C
	}
	for id := range open {
		if mark, isAnswer := b.answers[id]; isAnswer {
			late = append(late, mark)
		} else {
			late = append(late, fmt.Sprintf("%v %s", b.posts[id], r.child.hand.Post(t, id).State))
		}
	}
	return asked, late
}

func (r *rig) messages(t *testing.T, b *batch, open map[string]bool) {
	t.Helper()
	for _, c := range r.channels {
		waits := false
		for id, of := range b.of {
			waits = waits || open[id] && of == c.conversation
		}
		if !waits {
			continue
		}
		for _, m := range hand.Do[api.Page[api.Message]](t, r.child.hand, "GET", "/conversations/"+c.conversation+"/messages?limit=20", nil).Items {
			if m.Sending == "sent" || m.Sending == "failed" {
				delete(open, m.ID)
			}
		}
	}
}

// report is the line of one step on one engine.
type report struct {
	step, engine string
	rounds       int
	posts        int // parts and answers
	kills        int
	caught       int // kills that found something at the step
	duplicates   int
	lost         int
	unclear      int
	asked        int
	late         int
	slowest      time.Duration
}

func (s report) String() string {
	return fmt.Sprintf("%-26s %-8s %4d rounds %5d posts %4d kills (%d at the step) %3d duplicates %3d lost %5d unclear %5d resolved alone, slowest settle after restart %.1f s",
		s.step, s.engine, s.rounds, s.posts, s.kills, s.caught, s.duplicates, s.lost, s.unclear, s.unclear-s.asked, s.slowest.Seconds())
}

// judge reads the networks' own ledger: every marker once.
func (r *rig) judge(t *testing.T, all []string) {
	t.Helper()
	for _, d := range r.Ledger.Duplicates(marker) {
		r.sum.duplicates++
		for _, e := range d.Entries {
			t.Errorf("twice: %s %s on %s at %v, parent %s, key %s", d.Marker, e.Object, e.Network, e.At, e.Parent, e.ClientID)
		}
	}
	there := map[string]bool{}
	for _, e := range r.Ledger.Entries(sandbox.Filter{}) {
		there[marker.FindString(e.Text)] = true
	}
	for _, mark := range all {
		if !there[mark] {
			r.sum.lost++
			t.Errorf("lost: %s", mark)
		}
	}
}
