package flow

import (
	"github.com/kithhq/kith/internal/network"
)

// Reckoned is about what reading an account costs in a month, before anything of it was
// read: by the network's prices, and by how much is assumed to happen there.
type Reckoned struct {
	Currency string
	Assumes  string
	Asked    ReckonedPart // what Kith asks for
	Told     ReckonedPart // what comes besides where the network knocks
	Sources  []network.Source
}

// ReckonedPart is one way in which a network takes money for what it tells.
type ReckonedPart struct {
	Amount string
	Lines  []ReckonedLine
}

// ReckonedLine is one sort of thing.
type ReckonedLine struct {
	What   string
	ADay   int
	Price  string // of one
	Amount string // of a month
}

// Reckon gives it; charged is false where the network takes no money for reading. Pure.
func Reckon(p network.Profile) (r Reckoned, charged bool) {
	if r.Currency = readingCurrency(p); r.Currency == "" || len(p.Reading.ADay) == 0 {
		return r, false
	}
	r.Assumes = p.Reading.Assumes
	asked, told := p.Reading.Month(p.Prices, monthDays), p.Reading.ToldMonth(p.Prices, monthDays)
	r.Asked, r.Told = reckoned(p, p.Reading.ADay, asked), reckoned(p, p.Reading.Told, told)
	names := p.PriceSources(append(asked, told...))
	if p.Sources["reading"].Text != "" {
		names = append(names, "reading")
	}
	for _, name := range names {
		r.Sources = append(r.Sources, p.Sources[name])
	}
	return r, true
}

func reckoned(p network.Profile, aDay map[string]int, month []network.Price) (part ReckonedPart) {
	sum, _ := network.Sum(month)
	part.Amount = sum.Amount
	for _, m := range month {
		line := ReckonedLine{What: m.What, ADay: aDay[m.What], Amount: m.Amount}
		for _, one := range p.Prices {
			if one.What == m.What {
				line.Price = one.Amount
			}
		}
		part.Lines = append(part.Lines, line)
	}
	return part
}
