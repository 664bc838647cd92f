package crash

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
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
var filler = strings.Repeat(" lorem ipsum dolor sit amet", 5) // TikTok takes answers of 150 letters

// rig is a stage, a child on it, and accounts that people have talked to.
type rig struct {
	*stage
	child    *child
	channels []connected
	media    map[string]string // files by what they are
	films    int               // made so far
	mutes    map[sandbox.Filter]int
	pace     time.Duration // what writing a batch takes on this machine
	sum      report
}

// connected is an account, its channel, and a conversation to answer in.
type connected struct {
	account
	channel      string
	conversation string
	ahead        int // in its turns
}

// turn is the way in which an account publishes in a round, and where the kill
// strikes it. Databases and steps are at different turns, so that few rounds go
// through all of them. All accounts of a network are at the same: a moment that is
// not known by a text is any account's.
func (c connected) turn(round int) (way, moment) {
	n := round + c.ahead
	w := c.ways[n%len(c.ways)]
	all := w.striking()
	return w, all[n/len(c.ways)%len(all)]
}

func newRig(t *testing.T, at, engine string) *rig {
	t.Helper()
	r := &rig{stage: newStage(t), mutes: map[sandbox.Filter]int{}, sum: report{step: at, engine: engine, flows: map[string]flow{}}}
	c := config.Config{Read: 10 * time.Second}
	for name := range r.urls {
		if name != "bluesky" { // its records have names of our choosing
			c.Delays = append(c.Delays, name+"="+delay.String())
		}
	}
	r.fit(t, &c)
	r.child = newChild(t, engine, c)
	r.child.start(t)
	r.files(t)
	var first []api.Post
	for _, a := range r.accounts(each) {
		ch := r.child.hand.Connect(t, a.network, a.settings)
		ahead := 6 * max(slices.IndexFunc(steps(), func(s step) bool { return s.name == at }), 0)
		if engine == "postgres" {
			ahead += 3
		}
		r.channels = append(r.channels, connected{account: a, channel: ch.ID, ahead: ahead})
		parts, to := r.target(t, r.channels[len(r.channels)-1], a.ways[0], []string{"What do you read on " + a.id + "?"})
		p := r.child.hand.Write(t, parts, to)
		first = append(first, r.child.hand.Schedule(t, p.ID, time.Time{}))
	}
	for i := range r.channels {
		hand.Until(t, time.Minute, "the first post is out", func() (bool, any) {
			p := r.child.hand.Post(t, first[i].ID)
			if p.State == "failed" {
				t.Fatalf("the first post on %s failed: %+v", r.channels[i].network, p.Publications[0].Error.It)
			}
			return p.State == "published", fmt.Sprintf("%s on %s: %+v %+v", p.State, r.channels[i].network, p.Publications[0].Error.It, p.Publications[0].Step.It)
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
	posts   map[string]sent   // by post
	answers map[string]string // by message: its marker
	of      map[string]string // by message: its conversation
	targets []target          // where the kill strikes
	naming  map[string]bool   // posts whose public act was under way at the kill
}

// sent is a post of a batch.
type sent struct {
	flow  string // network and way
	marks []string
	mute  bool
	blind bool
}

// target is a moment on one network.
type target struct {
	network, mark string
	moment
}

func (b *batch) markers() (all []string) {
	for _, p := range b.posts {
		if !p.mute {
			all = append(all, p.marks...)
		}
	}
	for _, one := range b.answers {
		all = append(all, one)
	}
	return all
}

// size is how many parts and answers there are.
func (b *batch) size() int {
	n := len(b.answers)
	for _, p := range b.posts {
		n += len(p.marks)
	}
	return n
}

// write writes a post for each channel, in one of the ways of its network. What
// the kill strikes of it is another moment each time.
func (r *rig) write(t *testing.T, round int) *batch {
	t.Helper()
	b := &batch{posts: map[string]sent{}, answers: map[string]string{}, of: map[string]string{}}
	defer func(began time.Time) { r.pace = time.Since(began) }(time.Now())
	for i, c := range r.channels {
		w, m := c.turn(round)
		var marks, texts []string
		for n := range w.texts {
			mark := fmt.Sprintf("zq%04dc%dp%dx", round, i, n)
			marks, texts = append(marks, mark), append(texts, mark+filler)
		}
		parts, to := r.target(t, c, w, texts)
		p := r.child.hand.Write(t, parts, to)
		b.posts[p.ID] = sent{flow: c.network + ": " + w.name, marks: marks, mute: w.mute, blind: w.blind}
		if w.mute {
			r.mutes[sandbox.Filter{Network: c.network, Account: c.id, Action: cmp.Or(w.as, sandbox.Publish)}]++
		}
		aim := target{network: c.network, moment: m}
		if m.says > 0 {
			aim.mark = marks[m.says-1]
		}
		b.targets = append(b.targets, aim)
		if c.talks {
			b.targets = append(b.targets, target{network: c.network, mark: answerMark(round, i)})
		}
	}
	return b
}

func answerMark(round, channel int) string { return fmt.Sprintf("zq%04dc%dax", round, channel) }

// leave lets posts and answers go out: the posts all at one moment, which it gives,
// however long it takes to say so.
func (r *rig) leave(t *testing.T, b *batch, round int) (due time.Time) {
	t.Helper()
	due = time.Now().Add(time.Second + 4*r.pace)
	for id := range b.posts {
		r.child.hand.Schedule(t, id, due)
	}
	r.answer(t, b, round)
	return due
}

// answer answers in every conversation, on Facebook with a photo every second time,
// but where the kill waits for a photo: it could not tell the post's from the answer's.
func (r *rig) answer(t *testing.T, b *batch, round int) {
	t.Helper()
	for i, c := range r.channels {
		if !c.talks {
			continue
		}
		mark := answerMark(round, i)
		said := api.Reply{Text: mark + filler}
		if _, aim := c.turn(round); c.network == "facebook" && round%2 == 1 && !(aim.action == sandbox.Upload && aim.begun == "") {
			said.Media = []api.MediaUse{{ID: r.media["photo"], Alt: "a shelf of books"}}
		}
		m := hand.Do[api.Message](t, r.child.hand, "POST", "/conversations/"+c.conversation+"/reply", said)
		b.answers[m.ID], b.of[m.ID] = mark, c.conversation
	}
}

// settled waits until nothing of a batch is on its way any more. asked is how
// many of them Kith asks a person about without need. What nobody can look up, a
// person is rightly asked about, who looks and says what is so.
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
			case p.State == "failed":
				t.Errorf("%s failed: %+v", b.posts[id].flow, u.Error.It)
				delete(open, id)
			case p.State == "published":
				delete(open, id)
			case p.State == "unclear" && u.Error.It != nil && strings.HasPrefix(u.Error.It.Hint, "Look on the network"):
				if b.posts[id].blind && b.naming[id] {
					r.tell(t, u.ID, b.posts[id].marks[0])
					b.naming[id] = false // once
					continue
				}
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
			p := r.child.hand.Post(t, id)
			late = append(late, fmt.Sprintf("%v %s %+v", b.posts[id], p.State, p.Publications[0]))
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

// tell is the person who looks on the network and says what is so.
func (r *rig) tell(t *testing.T, publication, mark string) {
	t.Helper()
	outcome := "absent"
	if len(r.Ledger.Entries(sandbox.Filter{Text: mark})) > 0 {
		outcome = "published"
	}
	hand.Do[api.Post](t, r.child.hand, "POST", "/publications/"+publication+"/resolve", map[string]string{"outcome": outcome})
	r.sum.person++
}
