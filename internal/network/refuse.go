package network

import (
	"errors"
	"strconv"

	"github.com/kithhq/kith/internal/fault"
)

// Refusal is the first error that CheckParts finds in a part, as the error a
// driver gives before it asks its network; nil when there is none.
func Refusal(l Limits, part Part) error {
	for _, p := range l.check(part) {
		if p.Level == "error" {
			return fault.New(fault.Invalid, "%s", p.Text).WithHint("%s", p.Hint).On(p.Field)
		}
	}
	return nil
}

// Refused says which of several files it is that a network refuses, where the act that
// was refused is about this one. Another error stays as it is.
func (p Part) Refused(n int, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || len(p.Media) < 2 || n < 0 || n >= len(p.Media) {
		return err
	}
	named := fault.Wrap(fault.Invalid, err, "File %d of %d: %s", n+1, len(p.Media), f.Text)
	if name := p.Media[n].Name; name != "" {
		named = fault.Wrap(fault.Invalid, err, "File %d of %d, “%s”: %s", n+1, len(p.Media), name, f.Text)
	}
	return named.WithHint("%s", f.Hint).On("media." + strconv.Itoa(n))
}
