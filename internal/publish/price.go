package publish

import (
	"math/big"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// Cost is what a network takes for a post.
type Cost struct {
	Amount   string // a decimal number
	Currency string
	Link     bool // it is dearer because of a link
}

// Price adds up what the parts of a post cost; ok is false where the network takes
// nothing.
func Price(prices []network.Price, contents []Content) (c Cost, ok bool) {
	plain, paid := priceOf(prices, "post")
	linked, dearer := priceOf(prices, "post_with_link")
	described, told := priceOf(prices, "description")
	if !paid && !dearer {
		return c, false
	}
	sum, places := new(big.Rat), 2
	add := func(p network.Price) {
		amount, good := new(big.Rat).SetString(p.Amount)
		if !good {
			return // this is free
		}
		sum.Add(sum, amount)
		c.Currency = p.Currency
		if _, after, has := strings.Cut(p.Amount, "."); has {
			places = max(places, len(after))
		}
	}
	for _, content := range contents {
		p := plain
		if dearer && (content.Link != "" || len(text.Links(content.Text)) > 0) {
			p, c.Link = linked, true
		}
		add(p)
		for _, m := range content.Media {
			if told && strings.TrimSpace(m.Alt) != "" {
				add(described)
			}
		}
	}
	c.Amount = sum.FloatString(places)
	return c, sum.Sign() > 0
}

func priceOf(prices []network.Price, what string) (network.Price, bool) {
	i := slices.IndexFunc(prices, func(p network.Price) bool { return p.What == what })
	if i < 0 {
		return network.Price{}, false
	}
	return prices[i], true
}
