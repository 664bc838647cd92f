package app

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/outward"
)

// Known is what this house knows of networks.
type Known struct{ set *network.Set }

// Networks reads what is known of networks, with the mechanics that were given.
func Networks(c config.Config) (Known, error) {
	out, err := outward.New(outward.Options{Allow: c.Allow})
	if err != nil {
		return Known{}, err
	}
	defer out.Close() // nothing is asked
	set, err := all.Set(out, c, nil)
	return Known{set}, err
}

// Markdown is the form of docs/networks.md.
func (k Known) Markdown() string { return network.Markdown(k.set) }

// JSON is the form for programs.
func (k Known) JSON() any {
	sheets := []network.Sheet{}
	for _, d := range k.set.All() {
		sheets = append(sheets, network.SheetOf(d))
	}
	return map[string]any{"networks": sheets}
}

// Text is the matrix alone, for a terminal.
func (k Known) Text() string {
	var b strings.Builder
	drivers := k.set.All()
	fmt.Fprintf(&b, "%-32s", "")
	for _, d := range drivers {
		fmt.Fprintf(&b, "%-12s", d.Profile().Label)
	}
	b.WriteString("\n")
	for i, a := range network.Actions() {
		b.WriteString(pad(a.Words(), 32))
		for _, d := range drivers {
			b.WriteString(pad(map[network.State]string{network.Offered: "yes", network.Impossible: "–", network.NotYet: "later", network.ByHand: "by hand"}[network.Abilities(d)[i].State], 12))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func pad(s string, to int) string {
	return s + strings.Repeat(" ", max(1, to-utf8.RuneCountInString(s)))
}
