package flow_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// told is a webhook about a comment below a post of ours.
func told(after time.Duration, who, verb, id, parent, words string) []byte {
	at := noon().Add(after).Unix()
	value := map[string]any{"from": map[string]any{"id": who, "name": "Reader " + who}, "item": "comment", "verb": verb, "comment_id": id, "post_id": "71_1", "parent_id": parent,
		"created_time": at, "message": words}
	body, err := json.Marshal(map[string]any{"object": "page", "entry": []any{map[string]any{"id": "71", "time": at, "changes": []any{map[string]any{"field": "feed", "value": value}}}}})
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return body
}

// story is what some people did below a post of ours, in the order in which they did it:
// one changes their mind twice, one takes their words back, one answers what was said.
func story() (bodies [][]byte) {
	tell := func(after time.Duration, who, verb, id, parent, words string) {
		bodies = append(bodies, told(after, who, verb, id, parent, words))
	}
	tell(0, "501", "add", "1_1", "71_1", "the first word")
	tell(5*time.Second, "502", "add", "1_2", "71_1", "a rash word")
	tell(10*time.Second, "501", "edited", "1_1", "71_1", "the second word")
	tell(15*time.Second, "503", "add", "1_3", "1_1", "an answer")
	tell(20*time.Second, "502", "remove", "1_2", "71_1", "")
	tell(25*time.Second, "501", "edited", "1_1", "71_1", "the last word")
	tell(30*time.Second, "503", "edited", "1_3", "1_1", "a better answer")
	return bodies
}

// ends writes down what a person sees of it, whatever came first.
func ends(t *testing.T, db *store.DB) string {
	t.Helper()
	var all []string
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, q := range []string{
			`select 'message ' || m.remote_id || ' ' || m.state || case m.state when 'deleted' then '' else ' “' || m.text || '” at ' || m.at || ' below ' || m.parent_id || ' by ' || m.author_name || ' in ' || (select thread from conversation c where c.id = m.conversation_id) end from message m order by m.remote_id`,
			// Of what was taken back before it came nothing is kept, so that is not compared.
			`select 'conversation ' || thread || ' ' || kind || ' ' || state || ' of ' || count || ', ' || unread || ' unread, waiting since ' || waiting_since || ', last “' || last_text || '” at ' || last_at from conversation where thread <> '1_2' order by thread`,
			`select 'person ' || name || ' ' || messages from person where name <> 'Reader 502' order by name`,
		} {
			lines, err := store.All[string](ctx, tx, q)
			if err != nil {
				return err
			}
			all = append(all, lines...)
		}
		return nil
	})
	return strings.Join(all, "\n")
}

// Webhooks come in any order, hours late and twice: in the end the inbox is the same.
func TestWhateverComesFirstTheInboxEndsTheSame(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		inOrder := open()
		for _, f := range inOrder.facts(t, story()) {
			inOrder.apply(t, []stream.Fact{f})
		}
		want := ends(t, inOrder.DB)
		if !strings.Contains(want, "the last word") || !strings.Contains(want, "a better answer") || !strings.Contains(want, "1_2 deleted") {
			t.Fatalf("in their order they come to\n%s", want)
		}
		r := rand.New(rand.NewPCG(4, 1))
		for n := range 12 {
			bodies := story()
			bodies = append(bodies, bodies[r.IntN(len(bodies))], bodies[r.IntN(len(bodies))])
			switch n {
			case 0:
				slices.Reverse(bodies)
			default:
				r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
			}
			h := open()
			facts := h.facts(t, bodies)
			if n%2 == 0 {
				for _, f := range facts {
					h.apply(t, []stream.Fact{f})
				}
			} else {
				h.apply(t, facts)
			}
			if got := ends(t, h.DB); got != want {
				var order []string
				for _, f := range facts {
					order = append(order, f.Key)
				}
				t.Errorf("told as %s it comes to\n%s\nand in their order to\n%s", strings.Join(order, ", "), got, want)
				return
			}
		}
	})
}
