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
	}
	return alone
}

// Apart takes an answer apart where the network sends files without words: the
// files come first, and the words are a message of their own. Each of them is sent
// and settled for itself.
func (l Limits) Apart(p Part) []Part {
	if len(p.Media) == 0 || text.Blank(p.Text) || !l.Media.apart(p.Media) {
		return []Part{p}
	}
	files, words := p, p
	files.Text, words.Media = "", nil
	return []Part{files, words}
}
