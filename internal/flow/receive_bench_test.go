package flow_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// BenchmarkReceive applies comments of a hundred thousand people, few of whom say
// most, in batches: what one writer can do, without those who knock.
func BenchmarkReceive(b *testing.B) {
	engines := map[string]func(testing.TB, ...store.Option) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}
	for _, batch := range []int{1, 50, 500, -1, -50, -500} {
		engine := "sqlite"
		if batch < 0 {
			engine, batch = "postgres", -batch
		}
		b.Run(fmt.Sprint(engine, "/batch=", batch), func(b *testing.B) {
			facts, err := stream.Open(b.Context(), stream.Options{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer facts.Close()
			h := newHouse(b, engines[engine](b), facts)
			all := h.facts(b, comments(b.N))
			b.ResetTimer()
			for at := 0; at < len(all); at += batch {
				h.apply(b, all[at:min(at+batch, len(all))])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
		})
	}
}

func comments(n int) (bodies [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	people, words := rand.NewZipf(r, 1.2, 8, 99_999), rand.NewZipf(r, 1.1, 2, 19_999)
	for i := range n {
		var said strings.Builder
		for want := 20 + r.IntN(280); said.Len() < want; {
			fmt.Fprintf(&said, "mot%dx ", words.Uint64())
		}
		who := people.Uint64()
		body, err := json.Marshal(map[string]any{"object": "page", "entry": []any{map[string]any{"id": "73", "time": noon().Unix(), "changes": []any{map[string]any{"field": "feed",
			"value": map[string]any{"from": map[string]any{"id": fmt.Sprint(5_000_000 + who), "name": fmt.Sprintf("Author %d", who)}, "item": "comment", "verb": "add",
				"comment_id": fmt.Sprintf("1_%d", i), "post_id": "73_1", "parent_id": "73_1", "created_time": noon().Unix() + int64(i/5000), "message": said.String()}}}}}})
		if err != nil {
			panic(err) // texts and numbers alone
		}
		bodies = append(bodies, body)
	}
	return bodies
}
