package house

import (
	"context"
	"encoding/csv"
	"maps"
	"math/big"
	"mime"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

// What may be spent on reading a channel in a month bounds it: when it is used up nothing
// is read and people are told since when, posts and answers go out, and when it is raised,
// or the next month begins, what was missed is heard.
func TestABudgetBoundsWhatReadingCosts(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("x")
		id := p.channels["x"]
		health := func() api.ChannelHealth {
			return hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+id+"/health", nil)
		}
		paused := func() bool {
			return slices.ContainsFunc(health().Alerts, func(a api.Alert) bool { return a.Key == "reading_paused" && a.Mend == "budget" })
		}
		onToday := func() bool {
			return slices.ContainsFunc(hand.Do[api.Today](t, p.Hand, "GET", "/today", nil).Urgent, func(i api.Item) bool { return i.TextKey == "reading_paused" })
		}
		budget := func(amount string) {
			hand.Do[struct{}](t, p.Hand, "PUT", "/channels/"+id+"/reading-budget", api.ReadingBudget{Amount: amount})
		}
		first := health().Reading.It
		if first == nil || first.Budget != "" || first.Currency != "USD" || first.Estimate.Hours != 0 || first.Estimate.Assumes == "" || first.Estimate.Amount != "22.230" {
			t.Fatalf("before anything: %+v", first)
		}
		p.refused(p.Hand, 422, "PUT", "/channels/"+id+"/reading-budget", api.ReadingBudget{Amount: "0.00"})
		p.refused(p.Hand, 422, "PUT", "/channels/"+p.channels["bluesky"]+"/reading-budget", api.ReadingBudget{Amount: "5"})
		p.refused(p.colleague(access.Moderator), 403, "PUT", "/channels/"+id+"/reading-budget", api.ReadingBudget{Amount: "5"})

		p.publish("What is new?", "x")
		p.act(sandbox.Act{Network: "x", Person: "p001", Kind: "comment", Text: "The first"})
		c := p.conversation("x", "The first")
		budget("0.002") // less than that has cost
		p.until("reading is paused", func() (bool, any) { return paused() && onToday(), health() })
		if h := health(); !h.Reading.It.Paused || h.Reading.It.Budget != "0.002" || h.Channel.CompleteUntil == nil {
			t.Errorf("paused: %+v", h.Reading.It)
		}
		heard, since := p.heard("x"), health().Reading.It.PausedAt
		if since == nil || since.Before(heard) {
			t.Fatalf("heard until %v, it is paused since %v", heard, since)
		}
		before := p.agree("when it pauses")
		p.act(sandbox.Act{Network: "x", Person: "p002", Kind: "comment", Text: "Said while nobody reads"})
		p.Clock.Advance(40 * time.Minute)
		p.publish("Goes out all the same", "x")
		p.answer("x", c.ID, "So does an answer", false)
		p.Clock.Advance(40 * time.Minute)
		p.until("it is said since when", func() (bool, any) {
			gaps := health().Gaps
			return len(gaps) == 1 && gaps[0].Reason == "paused" && gaps[0].To == nil && gaps[0].From.Equal(heard), gaps
		})
		if h := health(); h.Reading.It.PausedAt == nil || !h.Reading.It.PausedAt.Equal(*since) || slices.ContainsFunc(h.Alerts, func(a api.Alert) bool { return a.Key == "not_read" }) {
			t.Errorf("paused since %v, it says later: %+v, %+v", since, h.Reading.It, h.Alerts)
		}
		if after := p.agree("while it pauses"); !maps.Equal(before, after) || !p.heard("x").Equal(heard) {
			t.Errorf("it was read while nothing may be spent: %v, then %v; heard until %v, then %v", before, after, heard, p.heard("x"))
		}

		told := p.told(id)
		budget("5")
		if health().Reading.It.Paused {
			t.Error("the budget is raised, and it is still said to be paused")
		}
		told("the budget is raised")
		p.conversation("x", "Said while nobody reads")
		p.until("nothing is missing", func() (bool, any) {
			h := health()
			return len(h.Gaps) == 0 && !paused() && !onToday() && p.heard("x").After(heard), h
		})

		storetest.View(t, p.app.DB, func(ctx context.Context, tx *store.Tx) error {
			all, err := channel.Everywhere(ctx, tx)
			for _, c := range all {
				if !c.PausedSince.IsZero() {
					t.Errorf("it is read, and kept as paused since %v", c.PausedSince)
				}
			}
			return err
		})
		p.readingAlone(health().Reading.It.Spent)

		budget(health().Reading.It.Spent) // the next month has as much
		p.until("reading is paused again", func() (bool, any) { return paused(), health() })
		p.act(sandbox.Act{Network: "x", Person: "p003", Kind: "comment", Text: "At the end of the month"})
		told = p.told(id)
		p.Clock.Advance(health().Reading.It.Ends.Sub(p.Clock.Now()) + time.Second)
		told("the month has begun")
		p.until("the pause is over", func() (bool, any) { return !paused() && health().Reading.It.PausedAt == nil, health() })
		p.Clock.Advance(time.Hour)
		p.until("it is read in the next month", func() (bool, any) {
			sums := hand.Do[api.Spending](t, p.Hand, "GET", "/spending", nil).Sums
			if len(sums) == 2 {
				return true, nil
			}
			p.Clock.Advance(time.Minute) // a key that has run out in between is renewed, and then it is asked again
			return false, []any{sums, health().Alerts}
		})
		budget("5")
		p.conversation("x", "At the end of the month")
		p.twoMonths()
	})
}

// twoMonths looks at what the last two months have cost: in all, and as tables of a span.
func (p *place) twoMonths() {
	p.t.Helper()
	sums := hand.Do[api.Spending](p.t, p.Hand, "GET", "/spending", nil).Sums
	if len(sums) != 2 || sums[0].Month <= sums[1].Month {
		p.t.Fatalf("two months have cost: %+v", sums)
	}
	now, last := sums[0].Month, sums[1].Month
	for query, want := range map[string][]string{
		"":                              {now, last},
		"?from=" + now:                  {now},
		"?to=" + last:                   {last},
		"?from=" + last + "&to=" + last: {last},
		"?from=" + last + "&to=" + now:  {now, last},
		"?from=1999-01&to=1999-12":      nil,
	} {
		table, name := p.table(query)
		var months []string
		for _, row := range table[1:] {
			if !slices.Contains(months, row[0]) {
				months = append(months, row[0])
			}
		}
		if !slices.Equal(months, want) {
			p.t.Errorf("spending.csv%s is of %v, not %v", query, months, want)
		}
		if query == "?from="+last+"&to="+now && name != "kith-spending-"+last+"-"+now+".csv" {
			p.t.Errorf("it is called %q", name)
		}
	}
	for _, query := range []string{"?from=2026-13", "?to=2026", "?from=" + now + "&to=" + last} {
		p.refused(p.Hand, 422, "GET", "/spending.csv"+query, nil)
	}
}

// table asks for what was spent as a table, and its name.
func (p *place) table(query string) (rows [][]string, name string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.URL+"/api/v1/spending.csv"+query, nil)
	p.must(err)
	request.Header.Set("Authorization", "Bearer "+p.Token)
	answer, err := p.Client.Do(request)
	p.must(err)
	defer answer.Body.Close() //nolint:errcheck // read to its end
	rows, err = csv.NewReader(answer.Body).ReadAll()
	p.must(err)
	_, with, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
	p.must(err)
	return rows, with["filename"]
}

// readingAlone looks that what goes out does not count against a budget for reading.
func (p *place) readingAlone(spent string) {
	p.t.Helper()
	reading, other := new(big.Rat), 0
	for _, l := range hand.Do[api.Spending](p.t, p.Hand, "GET", "/spending", nil).Lines {
		if l.Kind != "reading" {
			other++
			continue
		}
		amount, _ := new(big.Rat).SetString(l.Amount)
		reading.Add(reading, amount)
	}
	if of, good := new(big.Rat).SetString(spent); !good || other == 0 || of.Cmp(reading) > 0 {
		p.t.Errorf("reading has cost %s by now, and %s of the budget is spent beside %d other sorts", reading.FloatString(3), spent, other)
	}
}

// told listens from now on, and waits until open screens hear of a channel.
func (p *place) told(id string) (wait func(when string)) {
	p.t.Helper()
	me := hand.Do[api.Me](p.t, p.Hand, "GET", "/me", nil)
	heard := p.app.House.News.Subscribe(me.Workspace.ID)
	p.t.Cleanup(heard.Close)
	return func(when string) {
		p.t.Helper()
		end := time.After(soon)
		for {
			select {
			case item := <-heard.C:
				if item.Topic == "channels" && item.ID == id {
					heard.Close()
					return
				}
			case <-end:
				p.t.Fatalf("%s: open screens do not hear of it", when)
			}
		}
	}
}

// What reading will cost is told before anything is connected, with what it counts and where
// the prices are from; a budget that is said with the account holds from its first reading.
func TestWhatReadingWillCostIsToldBeforeConnecting(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		of := map[string]api.NetworkApp{}
		for _, a := range hand.Do[api.Page[api.NetworkApp]](t, p.Hand, "GET", "/network-apps", nil).Items {
			of[string(a.Network)] = a
		}
		r := of["x"].Reading.It
		if r == nil || of["linkedin"].Reading.It != nil {
			t.Fatalf("of X it is told %+v, of LinkedIn %+v", r, of["linkedin"].Reading.It)
		}
		if r.Currency != "USD" || r.Asked.Amount != "22.230" || r.Told.Amount != "5.250" || r.Assumes == "" || r.EveryS != 1 {
			t.Errorf("it is told: %+v", r)
		}
		for _, part := range []api.ReckonedPart{r.Asked, r.Told} {
			sum := new(big.Rat)
			for _, l := range part.Lines {
				price, _ := new(big.Rat).SetString(l.Price)
				amount, _ := new(big.Rat).SetString(l.Amount)
				if price.Mul(price, big.NewRat(int64(30*l.ADay), 1)).Cmp(amount) != 0 || l.ADay == 0 {
					t.Errorf("a line does not come out: %+v", l)
				}
				sum.Add(sum, amount)
			}
			if sum.FloatString(3) != part.Amount {
				t.Errorf("the lines come to %s, told is %s", sum.FloatString(3), part.Amount)
			}
		}
		if len(r.Sources) < 2 || slices.ContainsFunc(r.Sources, func(s api.SourceOf) bool { return s.Text == "" || s.Date == "" }) {
			t.Errorf("where it is from: %+v", r.Sources)
		}

		settings, err := p.Settings(t.Context(), "x", "")
		p.must(err)
		connect := func(name, budget string, settings map[string]string) api.Connect {
			return api.Connect{Network: network.Name(name), Settings: settings, ReadingBudget: budget}
		}
		p.refused(p.Hand, 422, "POST", "/channels", connect("x", "nothing", settings))
		p.refused(p.Hand, 422, "POST", "/channels", connect("mastodon", "5", p.settings["mastodon"]))
		if all := hand.Do[api.Page[api.Channel]](t, p.Hand, "GET", "/channels", nil).Items; len(all) != 3 {
			t.Errorf("what was refused is connected: %+v", all)
		}
		c := hand.Do[api.Channel](t, p.Hand, "POST", "/channels", connect("x", "7.50", settings))
		if h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+c.ID+"/health", nil); h.Reading.It == nil || h.Reading.It.Budget != "7.50" {
			t.Errorf("its budget is %+v", h.Reading.It)
		}
		hand.Do[api.Channel](t, p.Hand, "POST", "/channels", connect("x", "", settings)) // connected again, it keeps what was said
		if h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+c.ID+"/health", nil); h.Reading.It.Budget != "7.50" {
			t.Errorf("connected again, its budget is %+v", h.Reading.It)
		}
	})
}

// What is said on the network's page of consent holds from the first reading, as what is
// said with keys: nothing is connected with a budget that is none, and an account that is
// connected already keeps its own.
func TestABudgetIsSaidWithTheAccountsThatAreChosen(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		me := p.browser(keeper)
		consents := func(network string) (g api.Grant, accounts []string) {
			t.Helper()
			var going api.Going
			in := api.Authorize{Network: "x"}
			page := "&account=hirondelle"
			if network == "mastodon" {
				in, page = api.Authorize{Network: "mastodon", Settings: map[string]string{"server": p.MastodonURL}}, ""
			}
			me.api(200, "POST", "/channels/authorize", in, &going)
			button, value := "answer", "allow"
			if network == "mastodon" {
				button, value = "account", p.accounts["mastodon"]
			}
			g = me.grant(me.goes(me.consents(going.URL+page, button, value)))
			for _, a := range g.Accounts {
				accounts = append(accounts, a.ID)
			}
			if g.State != "granted" || len(accounts) != 1 {
				t.Fatalf("what came of it: %+v", g)
			}
			return g, accounts
		}
		reading := func(id string) api.Reading {
			t.Helper()
			r := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+id+"/health", nil).Reading.It
			if r == nil {
				t.Fatal("nothing is said of what reading costs")
			}
			return *r
		}
		g, accounts := consents("x")
		for _, none := range []string{"0", "-5", "much", "1e3", "5,00"} {
			me.api(422, "POST", "/grants/"+g.ID, api.Choose{Accounts: accounts, ReadingBudget: none}, nil)
		}
		if all := hand.Do[api.Page[api.Channel]](t, p.Hand, "GET", "/channels", nil).Items; len(all) != 3 {
			t.Errorf("what was refused is connected: %+v", all)
		}
		var made api.Page[api.Channel]
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: accounts, ReadingBudget: "7.50"}, &made)
		if len(made.Items) != 1 {
			t.Fatalf("connected: %+v", made)
		}
		id := made.Items[0].ID
		if r := reading(id); r.Budget != "7.50" || r.Currency != "USD" || r.Paused {
			t.Errorf("its budget is %+v", r)
		}
		for _, said := range []string{"", "1"} {
			if g, accounts = consents("x"); g.Accounts[0].ChannelID != id {
				t.Fatalf("it is connected as %s, and offered as %+v", id, g.Accounts)
			}
			me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: accounts, ReadingBudget: said}, &made)
			if r := reading(id); r.Budget != "7.50" {
				t.Errorf("connected again with “%s”, its budget is %+v", said, r)
			}
		}

		// Where reading costs nothing, nothing can be limited.
		me.api(204, "DELETE", "/channels/"+p.channels["mastodon"], nil, nil)
		g, accounts = consents("mastodon")
		me.api(422, "POST", "/grants/"+g.ID, api.Choose{Accounts: accounts, ReadingBudget: "5"}, nil)
		me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: accounts}, &made)
	})
}
