package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// answerTime is what the pretended network takes to answer each post.
const answerTime = 300 * time.Millisecond

// send: posts over channels, all due in the same second, in order per channel.
func send(ctx context.Context, c Command, say func(Figure)) error {
	for _, round := range []struct{ channels, each int }{{20, 10}, {100, 10}} {
		if c.Small && round.channels > 20 {
			continue
		}
		if err := sendRound(ctx, round.channels, round.each, say); err != nil {
			return err
		}
	}
	return nil
}

// house is a stage and a kith on it, in this process.
func house(ctx context.Context, dir string) (*rehearse.Stage, *app.App, func(), error) {
	stage, err := rehearse.Open(ctx, sandbox.Options{Seed: 1})
	if err != nil {
		return nil, nil, nil, err
	}
	cfg := config.Config{Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", Log: "error", Read: time.Hour, FactsMB: 4096}
	stage.Fit(&cfg)
	cfg.Read = time.Hour // reading is not what is measured
	a, err := app.New(ctx, cfg)
	if err == nil {
		err = a.Start(ctx)
	}
	if err != nil {
		stage.Close()
		return nil, nil, nil, err
	}
	return stage, a, func() {
		_ = a.Stop(ctx) // figures are out by then
		stage.Close()
	}, nil
}

func sendRound(ctx context.Context, channels, each int, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, a, end, err := house(ctx, dir)
	if err != nil {
		return err
	}
	defer end()
	s, err := begin(ctx, a.DB)
	if err != nil {
		return err
	}
	stage.Weather.Must(sandbox.Mishap{Kind: sandbox.Latency, Action: sandbox.Publish, Probability: 1, DelayMS: int(answerTime.Milliseconds())})
	var pages []url.Values // who publishes there, and by which right
	due := time.Now().Add(time.Duration(channels*each)*4*time.Millisecond + 5*time.Second).Truncate(time.Second)
	for i := range channels {
		page := stage.Facebook.AddPage(fmt.Sprintf("Page %d", i))
		ch, err := connect(ctx, a.DB, a.Keys, s.workspace, "facebook", network.Account{Base: stage.FacebookURL, ID: page.ID, Handle: page.Name, Name: page.Name,
			Keys: secret.Text(fmt.Sprintf(`{"token":%q}`, page.Token))})
		if err != nil {
			return err
		}
		pages = append(pages, url.Values{"id": {page.ID}, "access_token": {page.Token}})
		for n := range each {
			var p publish.Post
			if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				p, err = publish.Save(ctx, tx, s.actor, "", 0, []publish.Content{{Text: fmt.Sprintf("channel %03d post %03d", i, n)}}, []publish.Target{{ChannelID: ch.ID, Network: "facebook"}})
				return err
			}); err != nil {
				return err
			}
			if err := a.House.Schedule(ctx, s.actor, p.ID, due.Add(time.Duration(n)*time.Millisecond)); err != nil {
				return err
			}
		}
	}
	if late := time.Since(due); late > 0 {
		return fmt.Errorf("scheduling took too long: %v after due", late)
	}
	total := channels * each
	for time.Since(due) < 2*time.Minute && written(stage) < total {
		pause(ctx, 20*time.Millisecond)
	}
	return judgeSend(stage, due, channels, each, say, func() (time.Duration, error) { return barely(ctx, stage.FacebookURL, pages, each) })
}

// barely posts as many texts to the same network by HTTP alone, as many at a time,
// and gives how long that takes.
func barely(ctx context.Context, network string, pages []url.Values, each int) (time.Duration, error) {
	var all sync.WaitGroup
	errs := make([]error, len(pages))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(pages)}}
	defer client.CloseIdleConnections()
	began := time.Now()
	for i, page := range pages {
		all.Go(func() {
			for n := 0; n < each && errs[i] == nil; n++ {
				form := url.Values{"message": {fmt.Sprintf("plainly %03d", n)}, "access_token": page["access_token"]}
				errs[i] = post(ctx, client, network+"/"+page.Get("id")+"/feed", form)
			}
		})
	}
	all.Wait()
	return time.Since(began), errors.Join(errs...)
}

func post(ctx context.Context, client *http.Client, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("a bare post was answered %d: %.200s", answer.StatusCode, body)
	}
	return err
}

func written(stage *rehearse.Stage) int {
	return len(stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}))
}

func judgeSend(stage *rehearse.Stage, due time.Time, channels, each int, say func(Figure), barely func() (time.Duration, error)) error {
	seen := map[string][]string{}
	var first []time.Duration
	var last time.Time
	total, order := 0, 0
	for _, e := range stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}) {
		total++
		if len(seen[e.Account]) == 0 {
			first = append(first, e.At.Add(-answerTime).Sub(due))
		}
		seen[e.Account] = append(seen[e.Account], e.Text)
		if e.At.After(last) {
			last = e.At
		}
	}
	distinct := 0
	for _, texts := range seen {
		if !slices.IsSorted(texts) {
			order++
		}
		distinct += len(slices.Compact(slices.Sorted(slices.Values(texts))))
	}
	plainly, err := barely()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%d_over_%d.", channels*each, channels)
	ideal := time.Duration(each) * answerTime
	say(Figure{Name: name + "all_out", Value: last.Sub(due).Seconds(), Unit: "s", Limit: 1.25 * ideal.Seconds(), Note: fmt.Sprintf("ideal %.1f s; %d sent", ideal.Seconds(), total),
		Bare: plainly.Seconds(), What: "bare posts"})
	say(Figure{Name: name + "first_late_p99", Value: ms(quantile(first, 0.99)), Unit: "ms", Limit: 150, Note: fmt.Sprintf("p50 %.0f ms", ms(quantile(first, 0.5)))})
	if total != channels*each || distinct != total || order > 0 {
		return fmt.Errorf("%d accepted of %d, %d different, order broken on %d channels", total, channels*each, distinct, order)
	}
	return nil
}
