package pinterest

import (
	"net/http"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Says puts a pin of somebody's own there, and gives its id.
func (n *Network) Says(who sandbox.Person, words string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	theirs := &account{id: n.next(), username: who.Handle, name: who.Name}
	return n.add(theirs, draft{Board: n.next(), Description: &words}, map[string]any{"media_type": "image"}, 1, n.stage.Clock.Now()).id
}

// Hide keeps a pin from everybody but its owner, as one on a secret board is.
func (n *Network) Hide(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pins[id].secret = true
}

// Protect makes a board protected: its pins are listed where that is asked for.
func (n *Network) Protect(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range n.accounts {
		for i := range a.boards {
			a.boards[i].protected = a.boards[i].protected || a.boards[i].id == id
		}
	}
}

// Chains lets a pin that is saved from a saved one name the first of them as its parent:
// which of the two Pinterest names is written nowhere.
func (n *Network) Chains() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.chains = true
}

func (a *account) protects(id string) bool {
	return slices.ContainsFunc(a.boards, func(b board) bool { return b.id == id && b.protected })
}

// from is the pin that a pin was saved from, as it is told.
func (p *pin) from() any {
	if p.parent == "" {
		return nil
	}
	return p.parent
}

// save puts any public pin on a board of the account's: a new pin that says where it
// comes from. The same one twice makes two. A board must be named, which is harsher than
// the description.
func (n *Network) save(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read", "boards:write", "pins:read", "pins:write")
	if a == nil {
		return
	}
	var d struct {
		Board   *string `json:"board_id"`
		Section *string `json:"board_section_id"`
	}
	if !read(r, &d) || !digits.MatchString(text(d.Board)) || d.Section != nil && !digits.MatchString(*d.Section) {
		say(w, http.StatusBadRequest, 1, "Invalid request: the body is not what is expected.")
		return
	}
	theirs := n.pins[r.PathValue("id")]
	i := slices.IndexFunc(a.boards, func(b board) bool { return b.id == *d.Board })
	call := sandbox.From(r.Context())
	switch {
	case theirs == nil || theirs.gone:
		say(w, http.StatusNotFound, 50, "Pin not found.")
		return
	case theirs.secret && theirs.owner != a:
		say(w, http.StatusForbidden, 29, "You are not permitted to access that resource.")
		return
	case i < 0:
		say(w, http.StatusNotFound, 40, "Board not found.")
		return
	case d.Section != nil && !slices.ContainsFunc(a.boards[i].sections, func(s section) bool { return s.id == *d.Section }):
		say(w, http.StatusNotFound, 2031, "Sorry! We couldn't find this board section.")
		return
	}
	if _, blocked := call.Has(sandbox.Blocked); blocked {
		say(w, http.StatusForbidden, 29, "You have been blocked from saving Pins for a while.")
		return
	}
	if at, twin := call.Twin(); twin {
		n.saved(a, theirs, *d.Board, d.Section, at)
	}
	p := n.saved(a, theirs, *d.Board, d.Section, n.stage.Clock.Now())
	p.listed = p.made.Add(call.ListedLate())
	theirs.saves++
	call.Accept(sandbox.Entry{Account: a.id, Object: p.id, Shared: theirs.id, Link: p.link, Text: p.description})
	give(w, http.StatusCreated, n.show(p, false))
}

// saved makes the pin that a save comes to; the lock is held.
func (n *Network) saved(a *account, theirs *pin, board string, section *string, at time.Time) *pin {
	p := n.add(a, draft{Board: board, Section: section, Title: &theirs.title, Description: &theirs.description, Link: &theirs.link, Alt: &theirs.alt}, theirs.media, theirs.items, at)
	p.parent = theirs.id
	if n.chains && theirs.parent != "" {
		p.parent = theirs.parent
	}
	return p
}
