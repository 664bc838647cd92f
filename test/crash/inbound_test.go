package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox/facebook"
	"github.com/kithhq/kith/test/hand"
)

// told is one comment as a webhook tells it: the nth of a person.
type told struct{ person, n int }

func (c told) id(page string) string { return fmt.Sprintf("%s_%d%06d", page, 10+c.person, c.n) }

// webhook is one body that tells of several people, as Meta sends them.
func webhook(page string, all ...told) []byte {
	var changes []any
	for _, c := range all {
		changes = append(changes, map[string]any{"field": "feed", "value": map[string]any{
			"from": map[string]any{"id": strconv.Itoa(770_000 + c.person), "name": fmt.Sprintf("Reader %d", c.person)}, "item": "comment", "verb": "add",
			"comment_id": c.id(page), "post_id": page + "_1", "parent_id": page + "_1", "created_time": 1_790_000_000 + c.n,
			"message": fmt.Sprintf("comment %d of reader %d", c.n, c.person)}})
	}
	body, err := json.Marshal(map[string]any{"object": "page", "entry": []any{map[string]any{"id": page, "time": 1_790_000_000, "changes": changes}}})
	if err != nil {
		panic(err) // strings and numbers
	}
	return body
}

// sender is a network that tells of some people, and tells again what was not
// answered with 2xx before it goes on.
type sender struct {
	url, page  string
	client     *http.Client
	people     []int
	acked      []told
	count      *atomic.Int64 // of what all senders were answered
	told, died int           // requests, and those that a killed Kith left without an answer
}

func (s *sender) send(stop *atomic.Bool) {
	for n := 0; !stop.Load(); n++ {
		var all []told
		for _, p := range s.people {
			all = append(all, told{p, n})
		}
		body := webhook(s.page, all...)
		for !s.knock(body) {
			if stop.Load() {
				return // what is not answered by now may be there or not
			}
			<-time.After(5 * time.Millisecond)
		}
		s.acked = append(s.acked, all...)
		s.count.Add(int64(len(all)))
	}
}

func (s *sender) knock(body []byte) bool {
	r, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body)) //nolint:noctx // it ends with its server
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	now, _ := facebook.Sign("app-secret", body)
	r.Header.Set("X-Hub-Signature-256", now)
	s.told++
	answer, err := s.client.Do(r)
	if err != nil {
		s.died++
		return false
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode/100 == 2
}

// Kith is killed while webhooks pour in. What it answered with 2xx is in the
// inbox exactly once, counted once, and in order for each person.
func TestWhatWasAnsweredIsInTheInboxWhenKilled(t *testing.T) {
	t.Parallel()
	kills := 4
	if soaking() {
		kills = 100
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			c := config.Config{Read: time.Hour}
			s.fit(t, &c)
			k := newChild(t, engine, c)
			k.start(t)
			page := s.facebook.AddPage("Hirondelle")
			k.hand.Connect(t, "facebook", map[string]string{"page": page.ID, "token": page.Token})
			var stop atomic.Bool
			var count atomic.Int64
			var all sync.WaitGroup
			senders := make([]*sender, 8)
			for i := range senders {
				senders[i] = &sender{count: &count, url: k.hand.URL + "/hooks/facebook", page: page.ID, people: []int{3 * i, 3*i + 1, 3*i + 2},
					client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}}
				all.Go(func() { senders[i].send(&stop) })
			}
			for range kills {
				enough := count.Load() + 50 + rand.Int64N(400)
				hand.Until(t, time.Minute, "enough is answered", func() (bool, any) { return count.Load() > enough, count.Load() })
				wait(t, time.Duration(rand.IntN(50))*time.Millisecond)
				k.kill()
				k.start(t)
			}
			wait(t, 200*time.Millisecond)
			stop.Store(true)
			all.Wait()
			k.kill() // and once more, with the last of them answered a moment ago
			k.start(t)
			judgeInbound(t, k, page.ID, kills+1, senders)
			for _, one := range senders {
				one.client.CloseIdleConnections()
			}
		})
	}
}

func judgeInbound(t *testing.T, k *child, page string, kills int, senders []*sender) {
	t.Helper()
	acked, requests, died := map[string]bool{}, 0, 0
	for _, s := range senders {
		requests += s.told
		died += s.died
		for _, c := range s.acked {
			acked[c.id(page)] = true
		}
	}
	db := k.open(t)
	defer db.Close()
	began := time.Now()
	there := map[string]int{}
	// However much waits to be written down: it goes on as long as something comes in. Counting
	// is cheap, where reading all of it twenty times a second takes the processor it needs.
	for have := -1; ; {
		n := have
		hand.Until(t, time.Minute, "something comes in", func() (bool, any) {
			if err := db.QueryRowContext(t.Context(), "select count(*) from message where state = 'visible'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n > have, fmt.Sprintf("%d of %d are there", n, len(acked))
		})
		if have = n; have >= len(acked) {
			break
		}
	}
	hand.Until(t, time.Minute, "everything answered is in the inbox", func() (bool, any) {
		rows, err := db.QueryContext(t.Context(), "select remote_id from message where state = 'visible' order by seq")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		clear(there)
		last := map[int]int{}
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			there[id]++
			digits := id[len(page)+1:]
			person, _ := strconv.Atoi(digits[:len(digits)-6])
			n, _ := strconv.Atoi(digits[len(digits)-6:])
			if n < last[person] {
				t.Fatalf("comment %d of reader %d came after %d", n, person, last[person])
			}
			last[person] = n
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		missing := 0
		for id := range acked {
			if there[id] == 0 {
				missing++
			}
		}
		return missing == 0, fmt.Sprintf("%d of %d are missing", missing, len(acked))
	})
	settled := time.Since(began)
	for id, n := range there {
		if n != 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if len(acked) < 100 || died == 0 && !t.Failed() {
		t.Errorf("%d comments were answered and %d requests cut off: that tries nothing", len(acked), died)
	}
	// What was counted beside it was counted once.
	for what, text := range map[string]string{
		"conversations": "select coalesce(sum(count), 0) from conversation",
		"people":        "select coalesce(sum(messages), 0) from person",
		"the tally":     "select coalesce(sum(n), 0) from tally where kind = 'comment'",
	} {
		var n int
		hand.Until(t, time.Minute, what+" agree with the messages", func() (bool, any) {
			var messages int
			if err := db.QueryRowContext(t.Context(), "select ("+text+"), (select count(*) from message where state = 'visible')").Scan(&n, &messages); err != nil {
				t.Fatal(err)
			}
			return n == messages, fmt.Sprintf("%d of %d", n, messages)
		})
	}
	k.integrity(t.Context(), t)
	t.Logf("inbound %s: %d kills, %d requests, %d cut off, %d comments answered, %d in the inbox, 0 lost, 0 twice, all there %.1f s after the last restart",
		map[bool]string{true: "postgres", false: "sqlite"}[k.config.DB != ""], kills, requests, died, len(acked), len(there), settled.Seconds())
}
