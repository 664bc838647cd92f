package flow_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretendedtiktok "github.com/kithhq/kith/internal/sandbox/tiktok"
	pretendedx "github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// together lets the first so many checks begin at once, each with the keys of before.
type together struct {
	network.Driver
	first   int64
	arrived atomic.Int64
	all     sync.WaitGroup
}

func (d *together) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	if d.arrived.Add(1) <= d.first {
		d.all.Done()
		d.all.Wait()
	}
	return d.Driver.(network.Checker).Check(ctx, conn)
}

// once is a network whose token that renews is good once.
type once struct {
	app     network.App
	after   time.Duration // then the keys are renewed
	renewal string        // where
	harness networktest.Harness
}

func onces() map[string]once {
	return map[string]once{
		"x": {
			app: network.App{ID: "client", Secret: "hidden"}, after: 95 * time.Minute, renewal: "/2/oauth2/token",
			harness: networktest.Harness{
				Name: "x",
				Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
					n := pretendedx.New(stage, pretendedx.Options{ClientID: "client", Secret: "hidden", Plenty: true})
					us := n.Account("atelier", "Atelier")
					return n.Handler(), func(string) map[string]string {
						return map[string]string{"token": us.Token, "refresh": us.Refresh}
					}
				},
				Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
					return x.New(out, x.Options{Base: base, Now: now})
				},
			},
		},
		"tiktok": {
			app:   network.App{ID: "key", Secret: "hidden", Extra: map[string]string{"business_app_id": "biz", "business_app_secret": "biz-hidden"}},
			after: 19 * time.Hour, renewal: "/tt_user/oauth2/refresh_token/",
			harness: networktest.Harness{
				Name: "tiktok",
				Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
					n := pretendedtiktok.New(stage, pretendedtiktok.Options{ClientKey: "key", ClientSecret: "hidden", BusinessID: "biz", BusinessSecret: "biz-hidden"})
					us := n.Account("librairie.h", "Librairie Hirondelle")
					return n.Handler(), func(string) map[string]string {
						return map[string]string{"token": us.Token, "business_id": us.BusinessID, "business_token": us.BusinessToken, "business_refresh": us.BusinessRefreshKey}
					}
				},
				Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
					return tiktok.New(out, tiktok.Options{Base: base, Now: now})
				},
			},
		},
	}
}

// Processes that look after one channel in the same moment renew its keys once: the
// second answer of such a network would be that the token was used, and the session over.
func TestProcessesThatCheckAtOnceRenewOnce(t *testing.T) {
	const processes = 3
	for name, one := range onces() {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := networktest.NewWorld(t, one.harness)
				d := &together{Driver: w.Driver, first: processes}
				d.all.Add(processes)
				houses, c := replicas(t, db, processes, d, w.Account)
				for _, h := range houses {
					h.Apps = map[network.Name]network.App{network.Name(name): one.app}
				}
				w.Stage.Clock.Advance(one.after)
				var wg sync.WaitGroup
				for _, h := range houses {
					wg.Go(func() {
						if now, err := h.CheckNow(t.Context(), owner(), c.ID); err != nil || now.Health != "ok" {
							t.Errorf("%s: %s %s, %v", now.Health, now.HealthText, now.HealthFix, err)
						}
					})
				}
				wg.Wait()
				asked := 0
				for _, r := range w.Front.Requests() {
					if strings.HasSuffix(r.Path, one.renewal) {
						asked++
					}
				}
				if asked != 1 {
					t.Errorf("the keys were renewed %d times", asked)
				}
				// What was kept is what opens, and renews again.
				w.Stage.Clock.Advance(time.Hour)
				if now, err := houses[1].CheckNow(t.Context(), owner(), c.ID); err != nil || now.Health != "ok" {
					t.Errorf("an hour later: %s %s, %v", now.Health, now.HealthText, err)
				}
				storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
					now, err := channel.Get(ctx, tx, "w", c.ID)
					if err == nil && now.Health != "ok" {
						t.Errorf("it is %s: %s", now.Health, now.HealthText)
					}
					return err
				})
			})
		})
	}
}
