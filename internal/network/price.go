package network

import (
	"math/big"
	"slices"
	"strings"
)

// What prices are for. Of one with a link and one in a template there may be prices of
// their own; networks that have others name them as they do.
const (
	ForPost     = "post"
	ForReply    = "reply"
	ForMessage  = "message"
	ForTemplate = "template"
	ForLike     = "like"
	ForRepost   = "repost"
	ForHide     = "hide"
	ForDelete   = "delete"
	ForTag      = "tag" // somebody is looked up, who is to be tagged
)

// IsReading says whether a price is for what the network tells: when it is asked (read_…),
// or by itself (event_…).
func IsReading(what string) bool {
	return strings.HasPrefix(what, "read_") || strings.HasPrefix(what, "event_")
}

// Price is what the network takes for one act.
type Price struct {
	What     string `json:"what"`   // post, post_with_link, reply, message, template, delete, tag
	Amount   string `json:"amount"` // a decimal number
	Currency string `json:"currency"`
	// Category and Country narrow the price of a template: the network's word for its
	// sort, and what the person's number begins with. Empty: any.
	Category string `json:"category,omitempty"`
	Country  string `json:"country,omitempty"`
}

// ReadingPlan is what reading an account mostly asks for on a day, by the names of prices:
// before anything was read, it says about what that will cost.
type ReadingPlan struct {
	Assumes string         `json:"assumes"` // how much happens on the account
	ADay    map[string]int `json:"a_day"`
	// Told is what the network tells of the same day by itself, where it knocks.
	Told map[string]int `json:"told_a_day"`
}

// Month gives what is asked for in so many days, and what it comes to.
func (r ReadingPlan) Month(prices []Price, days int) []Price { return month(r.ADay, prices, days) }

// ToldMonth gives what is told by itself in so many days, and what it comes to besides.
func (r ReadingPlan) ToldMonth(prices []Price, days int) []Price { return month(r.Told, prices, days) }

func month(aDay map[string]int, prices []Price, days int) (all []Price) {
	for _, p := range prices {
		if n := aDay[p.What]; n > 0 {
			all = append(all, Price{What: p.What, Amount: p.Times(int64(n * days)), Currency: p.Currency})
		}
	}
	return all
}

// Act is something that may cost money.
type Act struct {
	For       string // ForPost, …
	Link      bool   // there is one in it
	Described int    // files of it that have a description
	Tagged    int    // people who are tagged in its files, each of whom is looked up
	Category  string // of a template
	Number    string // of the person it goes to, as far as it is known
}

// Cost is what something comes to.
type Cost struct {
	Amount   string // a decimal number
	Currency string
	Link     bool // it is dearer because of a link
}

// Priced gives the prices of what an act is made of; none: it is free, or nobody
// knows.
func (p Profile) Priced(a Act) (all []Price) {
	plain, paid := priceOf(p.Prices, a.For, a)
	if linked, dearer := priceOf(p.Prices, a.For+"_with_link", a); dearer && a.Link {
		plain, paid = linked, true
	}
	if paid {
		all = append(all, plain)
	}
	if described, told := priceOf(p.Prices, "description", a); told && a.Described > 0 {
		all = append(all, slices.Repeat([]Price{described}, a.Described)...)
	}
	if tagged, told := priceOf(p.Prices, ForTag, a); told && a.Tagged > 0 {
		all = append(all, slices.Repeat([]Price{tagged}, a.Tagged)...)
	}
	return all
}

// priceOf finds the price that says most about an act.
func priceOf(prices []Price, what string, a Act) (best Price, ok bool) {
	number := strings.TrimLeft(a.Number, "+0")
	for _, p := range prices {
		if p.What != what || p.Category != "" && !strings.EqualFold(p.Category, a.Category) || p.Country != "" && !strings.HasPrefix(number, p.Country) {
			continue
		}
		if !ok || len(p.Country) > len(best.Country) || len(p.Country) == len(best.Country) && p.Category != "" && best.Category == "" {
			best, ok = p, true
		}
	}
	return best, ok
}

// Sum adds prices up; ok is false where they come to nothing. All of them are in the
// currency of the first.
func Sum(prices []Price) (c Cost, ok bool) {
	sum, places := new(big.Rat), 2
	for _, p := range prices {
		amount, good := new(big.Rat).SetString(p.Amount)
		if !good || c.Currency != "" && p.Currency != c.Currency {
			continue
		}
		sum.Add(sum, amount)
		c.Currency = p.Currency
		c.Link = c.Link || strings.HasSuffix(p.What, "_with_link")
		if _, after, has := strings.Cut(p.Amount, "."); has {
			places = max(places, len(after))
		}
	}
	c.Amount = sum.FloatString(places)
	return c, sum.Sign() > 0
}

// Times is a price taken several times.
func (p Price) Times(n int64) string {
	amount, good := new(big.Rat).SetString(p.Amount)
	if !good {
		return "0"
	}
	places := 2
	if _, after, has := strings.Cut(p.Amount, "."); has {
		places = max(places, len(after))
	}
	return amount.Mul(amount, new(big.Rat).SetInt64(n)).FloatString(places)
}

// PriceSources says where prices are from: that of all of them, and those of what
// they are for.
func (p Profile) PriceSources(prices []Price) (names []string) {
	names = append(names, "prices")
	for _, one := range prices {
		what, _, _ := strings.Cut(one.What, "_with_")
		names = append(names, what+"_price")
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return p.Sources[name].Text == "" })
}
