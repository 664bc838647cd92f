package publish_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func at(hours ...float64) (all []publish.Taking) {
	for _, h := range hours {
		all = append(all, publish.Taking{At: due.Add(time.Duration(h * float64(time.Hour))), N: 1})
	}
	return all
}

func sum(all []publish.Taking) (n int) {
	for _, t := range all {
		n += t.N
	}
	return n
}

func TestAQuotaSaysWhetherThereIsRoomAndWhenThereWillBe(t *testing.T) {
	perDay := network.Quota{Name: "posts", Max: 3, WindowS: 86_400}
	pacific := network.Quota{Name: "posts", Max: 2, Daily: "America/Los_Angeles"} // its day began at 8:00 UTC
	for name, c := range map[string]struct {
		quota  network.Quota
		booked []publish.Taking
		n      int
		used   int
		next   []publish.Taking // none: it fits; a zero time: never
	}{
		"nothing yet":                       {perDay, nil, 1, 0, nil},
		"the last place":                    {perDay, at(-1, -2), 1, 2, nil},
		"full":                              {perDay, at(-1, -2, -3), 1, 3, at(21)},
		"what is older than a day is free":  {perDay, at(-1, -2, -24), 1, 2, nil},
		"what comes later counts too":       {perDay, at(1, 2, 3), 1, 0, at(25)},
		"a later while would be too full":   {perDay, at(-5, 6, 7), 1, 1, at(19)},
		"whiles that do not touch":          {perDay, at(-5, -6, 19, 20), 1, 2, nil},
		"between two whiles":                {perDay, at(-5, 6, 7, 12), 1, 1, at(30)},
		"a thread needs several":            {perDay, at(-1, -2), 2, 2, at(22)},
		"more than it ever takes":           {perDay, nil, 4, 0, []publish.Taking{{}}},
		"only the network knows":            {network.Quota{Name: "posts", WindowS: 60}, at(0, 0, 0), 9, 3, nil},
		"another day over there":            {pacific, at(-2, -3, -4), 1, 0, nil},
		"this day is full":                  {pacific, at(-0.5, 5), 1, 2, at(23)},
		"the next day is full, too":         {pacific, at(-0.5, 5, 24, 25), 1, 2, at(47)},
		"the next day has one, two are due": {pacific, at(-0.5, 5, 24), 2, 2, at(47)},
	} {
		r := publish.Fit(c.quota, c.booked, due, c.n)
		if r.Used != c.used || r.Fits != (c.next == nil) {
			t.Errorf("%s: %d used, fits: %v", name, r.Used, r.Fits)
		}
		if c.next != nil && !r.Next.Equal(c.next[0].At) {
			t.Errorf("%s: next at %v, not %v", name, r.Next, c.next[0].At)
		}
	}
}

// However crowded it is: what is called possible never makes any while hold more
// than the quota, and nothing before it would have been possible.
func TestNoWhileEverHoldsMoreThanItsQuota(t *testing.T) {
	for seed := range uint64(300) {
		chance := rand.New(rand.NewPCG(seed, 7))
		q := network.Quota{Name: "posts", Max: 1 + chance.IntN(5), WindowS: 3600 * (1 + chance.IntN(30))}
		if zones := []string{"UTC", "Europe/Paris", "America/Los_Angeles"}; chance.IntN(2) == 0 {
			q = network.Quota{Name: "posts", Max: q.Max, Daily: zones[chance.IntN(len(zones))]}
		}
		var booked []publish.Taking
		for range chance.IntN(25) {
			when := due.Add(time.Duration(chance.IntN(400)-200) * 15 * time.Minute)
			if publish.Fit(q, booked, when, 1).Fits { // what is booked kept to the quota
				booked = append(booked, publish.Taking{At: when, N: 1})
			}
		}
		n := 1 + chance.IntN(q.Max)
		r := publish.Fit(q, booked, due, n)
		if r.Next.IsZero() || r.Next.Before(due) || r.Fits != r.Next.Equal(due) {
			t.Fatalf("seed %d: next at %v", seed, r.Next)
		}
		if !publish.Fit(q, booked, r.Next, n).Fits {
			t.Fatalf("seed %d: what is called possible is not: %v", seed, r.Next)
		}
		all := slices.Clone(booked)
		all = append(all, publish.Taking{At: r.Next, N: n})
		for _, b := range all { // the fullest whiles end at something
			if got := publish.Fit(q, all, b.At, 0).Used; got > q.Max {
				t.Fatalf("seed %d: %d within a while of %d", seed, got, q.Max)
			}
		}
		for earlier := due; earlier.Before(r.Next); earlier = earlier.Add(15 * time.Minute) {
			if publish.Fit(q, booked, earlier, n).Fits {
				t.Fatalf("seed %d: %v was possible, %v is said", seed, earlier, r.Next)
			}
		}
	}
}

func TestSeveralQuotasAreAllKept(t *testing.T) {
	quotas := []network.Quota{{Name: "posts", Max: 1, WindowS: 3600}, {Name: "posts", Max: 2, Daily: "UTC"}, {Name: "replies", Max: 1, WindowS: 60}}
	rooms := publish.Rooms(quotas, []publish.Content{{}}, 0, network.Limits{}, func(network.Quota) []publish.Taking { return at(-0.5, -1.5, 15.5) }, due)
	if len(rooms) != 2 || rooms[0].Fits || rooms[1].Fits {
		t.Fatalf("%+v", rooms)
	}
	// The hour is over at 9:30, the day at midnight; then the hour of 0:30 is in the way.
	if want := due.Add(16*time.Hour + 30*time.Minute); !rooms[0].Next.Equal(want) || !rooms[1].Next.Equal(want) {
		t.Errorf("next at %v and %v, not %v", rooms[0].Next, rooms[1].Next, want)
	}
}

// A quota of reels is asked of reels alone; one of posts counts these, too.
func TestAQuotaOfReels(t *testing.T) {
	quotas := []network.Quota{{Name: "reels", Max: 1, WindowS: 3600}, {Name: "posts", Max: 2, WindowS: 3600}}
	booked := func(network.Quota) []publish.Taking { return at(-0.5) }
	one := func(kind network.PostKind) []publish.Content { return []publish.Content{{Kind: kind}} }
	if rooms := publish.Rooms(quotas, one(network.PlainPost), 0, network.Limits{}, booked, due); len(rooms) != 1 || !rooms[0].Fits {
		t.Errorf("a post: %+v", rooms)
	}
	if rooms := publish.Rooms(quotas, one(network.Reel), 0, network.Limits{}, booked, due); len(rooms) != 2 || rooms[0].Fits || !rooms[1].Fits || !rooms[0].Next.Equal(due.Add(30*time.Minute)) {
		t.Errorf("a reel: %+v", rooms)
	}
}

func TestWhatIsBookedIsWhatIsOutAndWhatWillBe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, out := thread(t, db, []string{"a", "b"}, "c1")
		_, waits := thread(t, db, []string{"c"}, "c1")
		cancelled, _ := thread(t, db, []string{"d"}, "c1")
		thread(t, db, []string{"e"}, "c2")
		for token, remote := range []string{"r1", "r2"} {
			if err := settle(db, claim(t, db, out[0].ID, int64(token+1)).Part, remote); err != nil {
				t.Fatal(err)
			}
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			two := publish.Content{Text: "g", Media: []publish.Attached{{ID: "m1"}, {ID: "m2"}}}
			for _, to := range []publish.Target{{ChannelID: "c2", Network: "instagram"}, {ChannelID: "c2", Network: "tiktok", Options: map[string]string{"privacy": "DRAFT"}}} {
				post, err := publish.Save(ctx, tx, actor, "", 0, []publish.Content{two}, []publish.Target{to})
				if err == nil {
					_, err = publish.Schedule(ctx, tx, "w", post.ID, due)
				}
				if err != nil {
					return err
				}
				two = publish.Content{Text: "h"}
			}
			reel, err := publish.Save(ctx, tx, actor, "", 0, []publish.Content{{Text: "f"}}, []publish.Target{{ChannelID: "c1", Network: "facebook", Kind: network.Reel}, {ChannelID: "c2", Network: "facebook", Kind: network.Reel}})
			if err == nil {
				_, err = publish.Schedule(ctx, tx, "w", reel.ID, due)
			}
			return err
		})
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := publish.Unschedule(ctx, tx, "w", cancelled.ID, publish.Cancelled)
			return err
		})
		posts, draft := network.Quota{Name: "posts"}, network.Quota{Name: "drafts", Option: "privacy", Value: "DRAFT"}
		for name, c := range map[string]struct {
			channels []string
			thread   bool
			quota    network.Quota
			want     int
		}{
			"every part of a thread":      {[]string{"c1"}, true, posts, 4},
			"a first comment is none":     {[]string{"c1"}, false, posts, 3},
			"channels that share":         {[]string{"c1", "c2"}, true, posts, 6 + 2},
			"nobody":                      {nil, true, posts, 0},
			"reels alone, out or not":     {[]string{"c1", "c2"}, true, network.Quota{Name: "reels"}, 2},
			"drafts alone":                {[]string{"c1", "c2"}, true, draft, 1},
			"two files and what has them": {[]string{"c2"}, false, network.Quota{Name: "containers"}, 3 + 3},
			"what is not of posts":        {[]string{"c1", "c2"}, true, network.Quota{Name: "calls"}, 0},
		} {
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
				got, err := publish.Booked(ctx, tx, c.channels, c.thread, c.quota, due.Add(-time.Hour))
				if sum(got) != c.want {
					t.Errorf("%s: %v", name, got)
				}
				return err
			})
		}
		_ = waits
	})
}

func TestAPriceIsAddedUpExactly(t *testing.T) {
	prices := []network.Price{{What: "post", Amount: "0.015", Currency: "USD"}, {What: "post_with_link", Amount: "0.20", Currency: "USD"}}
	for name, c := range map[string]struct {
		prices []network.Price
		parts  []publish.Content
		want   network.Cost
		paid   bool
	}{
		"free":            {nil, []publish.Content{{Text: "a"}}, network.Cost{}, false},
		"other acts cost": {[]network.Price{{What: "message", Amount: "1", Currency: "USD"}}, []publish.Content{{Text: "a"}}, network.Cost{}, false},
		"plain":           {prices, []publish.Content{{Text: "a"}}, network.Cost{Amount: "0.015", Currency: "USD"}, true},
		"a link":          {prices, []publish.Content{{Text: "see https://kith.example"}}, network.Cost{Amount: "0.20", Currency: "USD", Link: true}, true},
		"a card":          {prices, []publish.Content{{Text: "see", Link: "https://kith.example"}}, network.Cost{Amount: "0.20", Currency: "USD", Link: true}, true},
		"a description":   {append(prices, network.Price{What: "description", Amount: "0.005", Currency: "USD"}), []publish.Content{{Text: "a", Media: []publish.Attached{{ID: "m", Alt: "A cat"}, {ID: "n"}}}}, network.Cost{Amount: "0.020", Currency: "USD"}, true},
		"people":          {append(prices, network.Price{What: "tag", Amount: "0.010", Currency: "USD"}), []publish.Content{{Text: "a", Media: []publish.Attached{{ID: "m", Tags: []network.Tag{{Name: "lea"}, {Name: "ben"}}}, {ID: "n", Tags: []network.Tag{{Name: "Lea"}}}}}}, network.Cost{Amount: "0.035", Currency: "USD"}, true},
		"a thread":        {prices, []publish.Content{{Text: "a"}, {Text: "b"}, {Text: "c https://kith.example"}}, network.Cost{Amount: "0.230", Currency: "USD", Link: true}, true},
		"links alone":     {prices[1:], []publish.Content{{Text: "a"}}, network.Cost{Amount: "0.00"}, false},
	} {
		got, paid := network.Sum(publish.Priced(network.Profile{Prices: c.prices}, c.parts...))
		if paid != c.paid || paid && got != c.want {
			t.Errorf("%s: %+v %v", name, got, paid)
		}
	}
}
