package network

import "github.com/kithhq/kith/internal/fault"

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
