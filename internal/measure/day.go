package measure

import (
	"context"
	"maps"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Day is what a network said of an account for one of its days.
type Day struct {
	ChannelID string
	Day       string // as the network counts days, 2006-01-02
	Counts    network.Counts
	TakenAt   time.Time
}

// KeepDay keeps what a network said of a day. Figures come late: a newer one takes
// the place of an older one, and one that is not given any more stays.
func KeepDay(ctx context.Context, tx *store.Tx, workspace, channelID, day string, counts network.Counts, source network.Name) error {
	was, err := store.One[Day](ctx, tx, "select channel_id, day, counts, taken_at from account_day where workspace = $1 and channel_id = $2 and day = $3", workspace, channelID, day)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	all := network.Counts{}
	maps.Copy(all, was.Counts)
	maps.Copy(all, counts)
	_, err = tx.Exec(ctx, `insert into account_day (workspace, channel_id, day, counts, taken_at, source) values ($1, $2, $3, $4, $5, $6)
		on conflict (workspace, channel_id, day) do update set counts = excluded.counts, taken_at = excluded.taken_at, source = excluded.source`,
		workspace, channelID, day, all, tx.Now, source)
	return err
}

// Days gives what is known of an account from a day on, in order.
func Days(ctx context.Context, tx *store.Tx, workspace, channelID, from string) ([]Day, error) {
	return store.All[Day](ctx, tx, "select channel_id, day, counts, taken_at from account_day where workspace = $1 and channel_id = $2 and day >= $3 order by day", workspace, channelID, from)
}

// Audience is how the followers of an account came and went, as far as it was told.
type Audience struct {
	Now     *int64 // followers, on the last day that tells
	NowDay  string
	Then    *int64 // followers, on the first day that tells, if it is another one
	ThenDay string
	Gained  *int64 // the network's own sum of those who came, of the days that tell
	Lost    *int64
	Told    int // days that tell of coming or going
}

// AudienceOf reads days in their order. What was not told is no zero: it is left
// out, and Told says how much was left.
func AudienceOf(days []Day) (a Audience) {
	for _, d := range days {
		if n, ok := d.Counts[network.Followers]; ok {
			if a.Now != nil && a.Then == nil {
				a.Then, a.ThenDay = a.Now, a.NowDay
			}
			a.Now, a.NowDay = &n, d.Day
		}
		came, told := d.Counts[network.Follows]
		went, also := d.Counts[network.Unfollows]
		if told {
			a.Gained = plus(a.Gained, came)
		}
		if also {
			a.Lost = plus(a.Lost, went)
		}
		if told || also {
			a.Told++
		}
	}
	return a
}

func plus(sum *int64, n int64) *int64 {
	if sum != nil {
		n += *sum
	}
	return &n
}
