package flow_test

import (
	"context"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/test/hand"
)

// While a table is missing nothing can be kept. Once it is back, all that was set aside
// is asked for again, twice: the inbox holds what it would hold had nothing failed, and
// the database says that the stream is read to its end.
func TestWhatIsAskedForAgainIsInTheInboxOnce(t *testing.T) {
	each(t, func(t *testing.T, open func() *house) {
		h, clean := open(), open()
		// Every one says one thing, so that no order is lost between those that are tried again.
		facts := h.facts(t, talk(rand.New(rand.NewPCG(3, 3)), 40))
		facts = slices.DeleteFunc(facts, func(f stream.Fact) bool {
			return !strings.Contains(string(f.Body), `"verb":"add"`) || !strings.Contains(string(f.Body), `"item":"comment"`) || f.Workspace != "w"
		})
		of := regexp.MustCompile(`"comment_id":"\w+"`)
		known := map[string]bool{}
		facts = slices.DeleteFunc(facts, func(f stream.Fact) bool {
			comment := of.FindString(string(f.Body))
			before := known[comment]
			known[comment] = true
			return before
		})
		theirs := slices.Clone(facts)
		for i, f := range theirs {
			for page, c := range h.channels {
				if c[1] == f.Channel {
					theirs[i].Channel = clean.channels[page][1]
				}
			}
		}
		clean.apply(t, theirs)
		move := func(from, to string) {
			storetest.Do(t, h.DB, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "alter table "+from+" rename to "+to)
				return err
			})
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		defer func() { stop(); <-done }() //nolint:errcheck // it ends with its context
		move("message", "message_away")
		if err := h.Facts.Append(t.Context(), facts); err != nil {
			t.Fatal(err)
		}
		go func() { done <- h.Facts.Run(ctx, h.DB, h.Receive) }()
		by := access.Actor{User: "u", Workspace: "w", Role: access.Owner}
		var asides []flow.SetAside
		hand.Until(t, time.Minute, "all are set aside", func() (bool, any) {
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				asides, err = h.Asides(ctx, tx, by, "", time.Time{}, "", 200)
				return err
			})
			return len(asides) == len(facts), len(asides)
		})
		for _, a := range asides {
			if a.Because != flow.NotKept || len(a.What) == 0 || a.What[0].Event.Author.ID == "" {
				t.Errorf("%+v", a)
			}
		}
		move("message_away", "message")
		for range 2 {
			since := time.Now().Add(time.Hour) // a house whose time stands still
			tried, left, err := h.ReplayMany(t.Context(), by, since, 3)
			if err != nil || tried != 3 || left > len(facts)-3 {
				t.Fatal(tried, left, err)
			}
		}
		for _, a := range asides {
			if err := h.Replay(t.Context(), by, a.ID); err != nil && !strings.Contains(err.Error(), "gone") {
				t.Fatal(err)
			}
		}
		hand.Until(t, time.Minute, "nothing is set aside and all are applied", func() (bool, any) {
			lags, err := h.Facts.Lags(t.Context(), h.DB)
			if err != nil {
				t.Fatal(err)
			}
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				asides, err = h.Asides(ctx, tx, by, "", time.Time{}, "", 200)
				return err
			})
			return len(asides) == 0 && !slices.ContainsFunc(lags, func(l stream.Lag) bool { return l.Waiting > 0 }), asides
		})
		said := func(h *house) (all []string) {
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				all, err = store.All[string](ctx, tx, `select remote_id from message where workspace = 'w'
					union all select kind || ' counted ' || sum(n) from tally where workspace = 'w' group by kind order by 1`)
				return err
			})
			return all
		}
		if got, want := said(h), said(clean); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%d messages, had nothing failed it were %d:\n%v\n%v", len(got), len(want), got, want)
		}
	})
}
