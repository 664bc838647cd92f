package channel_test

import (
	"context"
	"testing"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// A webhook finds a channel by either id of its account, and by no id nobody's: most
// channels have no second one.
func TestAWebhookThatNamesNobodyFindsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, err := secret.Open(t.Context(), db, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, a := range []network.Account{{ID: "one", Handle: "one"}, {ID: "two", Handle: "two", Granted: network.Granted{Alias: "zwei"}}} {
				if _, err := channel.Connect(ctx, tx, keys, "w", "tiktok", a); err != nil {
					return err
				}
			}
			for account, want := range map[string]int{"": 0, "one": 1, "two": 1, "zwei": 1, "three": 0} {
				all, err := channel.Remote(ctx, tx, "tiktok", account)
				if err != nil {
					return err
				}
				if len(all) != want {
					t.Errorf("%q finds %d channels", account, len(all))
				}
			}
			return nil
		})
	})
}
