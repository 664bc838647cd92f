package network

import (
	"slices"

	"github.com/kithhq/kith/internal/text"
)

// apart says whether these files are sent without words beside them.
func (l MediaLimit) apart(files []Media) bool {
	return l.Caption != nil && l.Caption.None || slices.ContainsFunc(files, func(m Media) bool {
		return l.Audio.Alone && m.Audio() || l.Sticker.Alone && slices.Contains(l.Sticker.Types, m.Type)
	})
}

// beside is what text goes along with files, given what it is without them.
func (l MediaLimit) beside(alone TextLimit, files []Media) TextLimit {
	switch {
	case len(files) == 0:
	case l.apart(files):
		return TextLimit{None: true}
	case l.Caption != nil:
		return *l.Caption
	case l.Image.Text != nil && !slices.ContainsFunc(files, func(m Media) bool { return !m.Image() }):
		return *l.Image.Text
	}
	return alone
}

// Apart takes an answer apart where the network sends files without words, or fewer of
// them in a message than the answer has: one message after the other, the files in their
// order, the words with the first file that takes words, else behind them all. Each is
// sent and settled for itself.
func (l Limits) Apart(p Part) []Part {
	if len(p.Media) == 0 {
		return []Part{p}
	}
	groups := [][]Media{p.Media}
	if most := l.Media.MaxItems; most > 0 && len(p.Media) > most && len(p.Media) <= l.Media.Several {
		groups = slices.Collect(slices.Chunk(p.Media, most))
	}
	var all []Part
	said := text.Blank(p.Text)
	for _, files := range groups {
		one := p
		one.Media = files
		if said || l.Media.apart(files) {
			one.Text = ""
		}
		said = said || one.Text != ""
		all = append(all, one)
	}
	if !said {
		words := p
		words.Media = nil
		all = append(all, words)
	}
	return all
}
