package pinterest

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// addressed finds a pin by its address, or by its bare number. Before the number there
// may stand words and two dashes.
var addressed = regexp.MustCompile(`^(?:(?:https?://)?(?:[a-z]{2,3}\.)?pinterest\.[a-z]{2,3}(?:\.[a-z]{2})?/pin/(?:[^/?#\s]*--)?)?([1-9][0-9]{0,31})/?(?:[?#].*)?$`) //nolint:gochecknoglobals // compiled once

// passes is the pin that a part saves; "": it is a pin of our own.
func passes(part network.Part) (string, error) {
	if part.Kind != network.PassedOn {
		return "", nil
	}
	found := addressed.FindStringSubmatch(strings.TrimSpace(part.Options[network.OptionRepost]))
	if found == nil {
		return "", fault.New(fault.Invalid, "This is no address of a Pin.").WithHint("Copy the address of the Pin on Pinterest.").On("options")
	}
	return found[1], nil
}

// save puts a pin of somebody's on a board of ours: a new pin, which names theirs. The
// network has no key of ours, and saving twice makes two.
func (d *Driver) save(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	theirs, err := passes(part)
	if err != nil {
		return network.Sent{}, err
	}
	body := map[string]string{"board_id": part.Options[optionBoard]}
	if section := part.Options[optionSection]; section != "" {
		body["board_section_id"] = section
	}
	a := ask{method: http.MethodPost, path: "/pins/" + theirs + "/save", body: body, explain: unsaved}
	var made pinned
	at, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !number.MatchString(made.ID) || made.ID == theirs {
		return network.Sent{}, a.misunderstood()
	}
	return network.Sent{Ref: network.Ref{ID: made.ID, URL: address(made.ID)}, At: at}, nil
}

// unsaved says why a pin was not saved, where Pinterest's number alone would say
// something else; nil: it would not.
func unsaved(status, code int, message string) error {
	switch {
	// By the same number Pinterest says that it takes us for a spammer, in other words.
	case status == http.StatusForbidden && code == 29 && strings.HasPrefix(message, "You are not permitted to access that resource"):
		return fault.New(fault.Invalid, "Pinterest does not let this Pin be saved to this board.").WithHint("It may be on a secret board, or its owner may have blocked you. Save another one.").On("options")
	case status != http.StatusNotFound:
		return nil
	case code == 40:
		return fault.New(fault.Invalid, "Pinterest does not know this board (any more).").WithHint("Choose the board anew.").On("options")
	case code == 2031:
		return fault.New(fault.Invalid, "Pinterest does not know this section of the board.").WithHint("Choose the section anew.").On("options")
	}
	return fault.New(fault.Invalid, "Pinterest does not know this Pin (any more).").WithHint("Look whether it is still there, and copy its address again.").On("options")
}

// ours says whether a pin of the list is beyond doubt of the sort that a part makes: a
// save of that pin to that board, or a pin of our own. Another save may be it, too: whether
// a pin that was saved from a saved one names that or the first is not written anywhere,
// and people move pins. So may a pin that names another, of a part that saves none.
func (p pinned) ours(part network.Part, theirs string) bool {
	return p.Parent == theirs && (theirs == "" || p.Board == part.Options[optionBoard] && p.Section == part.Options[optionSection])
}
