package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Somebody gives a second consent while the first keys are being renewed: both are kept,
// for each of them may be the only one that still opens.
func TestASecondConsentMeetsARenewal(t *testing.T) {
	engines(t, func(t *testing.T, open func(testing.TB, ...store.Option) *store.DB) {
		h, _, all := onTikTok(t, open, network.Account{ID: "1", Handle: "us", Keys: `{"access":"first","refresh":"r"}`})
		extender := h.Networks.All()[0].(*tiktok.Driver)
		_, had, err := h.keysNow(t.Context(), all[0])
		if err != nil {
			t.Fatal(err)
		}
		asking, goOn, renewed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			_, err := h.renewer(all[0])(t.Context(), had, func(context.Context) (secret.Text, error) {
				close(asking)
				<-goOn
				return `{"access":"renewed","refresh":"r2"}`, nil
			})
			renewed <- err
		}()
		<-asking
		kept := make(chan error, 1)
		go func() {
			_, err := h.carried(t.Context(), all[0], extender, network.Account{ID: "1", Keys: `{"access":"first","refresh":"r","business":{"id":"biz","access":"second"}}`})
			kept <- err
		}()
		close(goOn)
		if err := <-renewed; err != nil {
			t.Fatal(err)
		}
		if err := <-kept; err != nil {
			t.Fatal(err)
		}
		_, now, err := h.keysNow(t.Context(), all[0])
		var k struct {
			Access   string
			Business struct{ Access string }
		}
		if err != nil || json.Unmarshal([]byte(now.Reveal()), &k) != nil || k.Access != "renewed" || k.Business.Access != "second" {
			t.Errorf("%+v, %v", k, err)
		}
	})
}

// A hundred comments below a post are one question; those that come while it is asked are
// another one, for it may have been too early for them.
func TestACrowdThatIsOnlyNamedIsOneQuestion(t *testing.T) {
	engines(t, func(t *testing.T, open func(testing.TB, ...store.Option) *store.DB) {
		h, _, all := onTikTok(t, open, network.Account{ID: "1", Keys: `{"access":"a"}`})
		named := func(post string, n int) (arrivals []inbox.Arrival) {
			for i := range n {
				arrivals = append(arrivals, inbox.Arrival{Event: network.Event{Kind: network.Named, Ref: network.Ref{ID: fmt.Sprint(i), Extra: json.RawMessage(`{"post":"` + post + `"}`)}, Thread: post + "/"}})
			}
			return append(arrivals, inbox.Arrival{Event: network.Event{Kind: network.Comment}})
		}
		questions := func(state jobs.State) (all []*jobs.Job) {
			storetest.View(t, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				all, err = jobs.List(ctx, tx, "w", jobs.Filter{Kind: fetchKind().Name, States: []jobs.State{state}, Limit: 100})
				return err
			})
			return all
		}
		take := func(arrivals []inbox.Arrival) {
			t.Helper()
			storetest.Do(t, h.DB, func(ctx context.Context, tx *store.Tx) error {
				left, err := h.named(ctx, tx, all[0], arrivals)
				if err == nil && (len(left) != 1 || left[0].Event.Kind != network.Comment) {
					t.Errorf("left is %+v", left)
				}
				return err
			})
		}
		take(named("7", 100))
		take(named("7", 100))
		take(named("8", 1))
		if waiting := questions(jobs.Ready); len(waiting) != 2 || !strings.Contains(string(waiting[0].Args), `"post":"`) {
			t.Fatalf("%d questions", len(waiting))
		}
		held := make(chan struct{})
		asked := make(chan struct{}, 10)
		r := jobs.NewRunner(h.DB, jobs.Options{})
		jobs.Handle(r, fetchKind(), func(ctx context.Context, _ *jobs.Job, _ fetchArgs) error {
			asked <- struct{}{}
			select {
			case <-held:
			case <-ctx.Done():
			}
			return ctx.Err()
		}, nil)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer r.Stop(context.WithoutCancel(t.Context())) //nolint:errcheck // nothing is left to lose
		<-asked
		running := questions(jobs.Running)
		if len(running) != 1 {
			t.Fatalf("%d are asked in one lane", len(running))
		}
		post := "7"
		if strings.Contains(string(running[0].Args), `"post":"8"`) {
			post = "8"
		}
		before := len(questions(jobs.Ready))
		take(named(post, 5))
		take(named(post, 5))
		if after := len(questions(jobs.Ready)); after != before+1 {
			t.Errorf("while one is asked, %d more wait", after-before)
		}
		close(held)
	})
}
